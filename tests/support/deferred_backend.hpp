// A backend that behaves like a device: verbs are queued and run only when the host waits, and repeat() records its
// body once and replays the record. With it, "the host waits once per check" and "the body is safe to record" are unit
// tests.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "seam/backend.hpp"

namespace burelu::test {

class DeferredBackend : public Backend {
 public:
  /// `waits`, where given, counts the host's waits and outlives this object.
  explicit DeferredBackend(std::unique_ptr<Backend> inner, int* waits = nullptr)
      : inner_(std::move(inner)), waits_(waits) {}

  void step() override { queue(&Backend::step); }
  void judge() override { queue(&Backend::judge); }
  void accept() override { queue(&Backend::accept); }
  void direction() override { queue(&Backend::direction); }
  void open_window() override { queue(&Backend::open_window); }
  void activations() override { queue(&Backend::activations); }
  void output_layer() override { queue(&Backend::output_layer); }
  void interaction_pass() override { queue(&Backend::interaction_pass); }
  void pull_back() override { queue(&Backend::pull_back); }
  void scan() override { queue(&Backend::scan); }
  void update_multipliers() override { queue(&Backend::update_multipliers); }
  void judge_update() override { queue(&Backend::judge_update); }
  void extrapolate() override { queue(&Backend::extrapolate); }
  void reweigh() override { queue(&Backend::reweigh); }
  void set(const Settings& settings) override {
    push([this, settings] { inner_->set(settings); });
  }
  void write_point(const Matrix& Shat, const Matrix& Ut) override {
    push([this, Shat, Ut] { inner_->write_point(Shat, Ut); });
  }
  void write_multipliers(const std::vector<Multiplier>& pairs) override {
    push([this, pairs] { inner_->write_multipliers(pairs); });
  }
  void repeat(int k, const std::function<void()>& body) override {
    std::vector<std::function<void()>> outside = std::exchange(queue_, {});
    body();  // recorded once, as a graph is captured
    std::vector<std::function<void()>> record = std::exchange(queue_, std::move(outside));
    push([record = std::move(record), k] {
      for (int i = 0; i < k; ++i)
        for (const auto& verb : record) verb();
    });
  }
  void save(BackendState& into) override {
    flush();
    inner_->save(into);
  }
  void load(const BackendState& from) override {
    flush();
    inner_->load(from);
  }
  void read(Snapshot& into, unsigned what) override {
    flush();
    if (waits_ != nullptr) *waits_ += 1;
    inner_->read(into, what);
  }

 private:
  void flush() {
    for (const auto& verb : std::exchange(queue_, {})) verb();
  }
  void push(std::function<void()> verb) { queue_.push_back(std::move(verb)); }
  void queue(void (Backend::*verb)()) {
    push([this, verb] { (inner_.get()->*verb)(); });
  }

  std::unique_ptr<Backend> inner_;
  std::vector<std::function<void()>> queue_;
  int* waits_;
};

}  // namespace burelu::test
