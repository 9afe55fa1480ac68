#include "ranks/spread.hpp"

#include <exception>
#include <utility>

#include "ranks/orders.hpp"

namespace burelu {
namespace {

/// Every verb is said to the other ranks, then done here.
class SpreadBackend final : public Backend {
 public:
  SpreadBackend(Lead& lead, std::int32_t number, std::unique_ptr<Backend> own)
      : lead_(lead), number_(number), own_(std::move(own)) {}
  ~SpreadBackend() override {
    if (!lead_.leads()) return;
    try {
      lead_.order(Lead::message(Order::drop, number_), [] {});
    } catch (const RanksLost&) {
      return;  // nobody is there that has a backend to drop
    }
  }
  SpreadBackend(const SpreadBackend&) = delete;
  SpreadBackend& operator=(const SpreadBackend&) = delete;

  void step() override { verb(0); }
  void judge() override { verb(1); }
  void accept() override { verb(2); }
  void direction() override { verb(3); }
  void open_window() override { verb(4); }
  void activations() override { verb(5); }
  void output_layer() override { verb(6); }
  void interaction_pass() override { verb(7); }
  void pull_back() override { verb(8); }
  void scan() override { verb(9); }
  void update_multipliers() override { verb(10); }
  void judge_update() override { verb(11); }
  void extrapolate() override { verb(12); }
  void reweigh() override { verb(13); }

  // The body is recorded: the others need no message for each verb of it.
  void repeat(int k, const std::function<void()>& body) override {
    std::vector<std::uint8_t> verbs;
    record_ = &verbs;
    body();
    record_ = nullptr;
    say_verbs(k, verbs);
  }
  void set(const Settings& settings) override {
    BytesWriter out = message(Order::set);
    Settings copy = settings;
    out.value(copy);
    lead_.order(out, [&] { own_->set(settings); });
  }
  void write_point(const Matrix& Shat, const Matrix& Ut) override {
    BytesWriter out = message(Order::write_point);
    Matrix top = Shat;
    Matrix bottom = Ut;
    out.matrix(top);
    out.matrix(bottom);
    lead_.order(out, [&] { own_->write_point(Shat, Ut); });
  }
  void write_multipliers(const std::vector<Multiplier>& pairs) override {
    BytesWriter out = message(Order::write_multipliers);
    std::vector<Multiplier> copy = pairs;
    out.list(copy);
    lead_.order(out, [&] { own_->write_multipliers(pairs); });
  }
  void read(Snapshot& into, unsigned what) override {
    BytesWriter out = message(Order::read);
    out.value(what);
    lead_.order(out, [&] { own_->read(into, what); });
  }
  void save(BackendState& into) override {
    lead_.order(message(Order::save), [&] { own_->save(into); });
  }
  void load(const BackendState& from) override {
    BytesWriter out = message(Order::load);
    BackendState copy = from;
    exchange(out, copy);
    lead_.order(out, [&] { own_->load(from); });
  }

 private:
  BytesWriter message(Order order) const { return Lead::message(order, number_); }

  void verb(std::uint8_t code) {
    if (record_ != nullptr)
      record_->push_back(code);
    else
      say_verbs(1, {code});
  }

  void say_verbs(std::int32_t times, std::vector<std::uint8_t> verbs) {
    BytesWriter out = message(Order::repeat);
    out.value(times);
    out.list(verbs);
    lead_.order(out, [&] { perform(*own_, times, verbs); });
  }

  Lead& lead_;
  const std::int32_t number_;
  const std::unique_ptr<Backend> own_;
  std::vector<std::uint8_t>* record_ = nullptr;
};

class SpreadDevice final : public Device {
 public:
  SpreadDevice(Lead& lead, std::shared_ptr<const Device> local) : lead_(lead), local_(std::move(local)) {}

  std::string name() const override { return local_->name() + ", " + std::to_string(lead_.size()) + " ranks"; }
  const Device& host() const override { return local_->is_host() ? *this : local_->host(); }
  Lead* lead() const override { return lead_.leads() ? &lead_ : nullptr; }

  std::unique_ptr<Backend> relaxation(const RelaxationData& data, const BackendOptions& options) const override {
    if (!lead_.leads() || !local_->shares(data.m)) return local_->relaxation(data, options);
    const std::int32_t number = lead_.next_number();
    BytesWriter out = Lead::message(Order::make, number);
    RelaxationData copy = data;
    BackendOptions with = options;
    exchange(out, copy);
    out.value(with.memory);
    out.value(with.sigma);
    out.value(with.pairs);
    out.value(with.rank);
    with.ranks = &lead_.ranks();
    std::unique_ptr<Backend> own;
    std::string failure;
    std::exception_ptr thrown;
    lead_.order(out, [&] {
      std::string mine;
      try {
        own = local_->relaxation(data, with);
      } catch (const RanksLost&) {
        throw;
      } catch (const std::exception& error) {
        mine = error.what();
        thrown = std::current_exception();
      }
      failure = lead_.first_failure(mine);
    });
    if (failure.empty()) return std::make_unique<SpreadBackend>(lead_, number, std::move(own));
    lead_.order(Lead::message(Order::drop, number), [] {});
    if (!thrown) throw MemoryError(failure);
    try {
      std::rethrow_exception(thrown);
    } catch (const UnlikeDevices&) {
      return local_->relaxation(data, options);  // this rank's alone
    }
  }

  std::unique_ptr<TrainingBackend> training(const TrainingProblem& problem,
                                            const TrainingOptions& options) const override {
    return local_->training(problem, options);
  }
  std::unique_ptr<CellBackend> cells(const Kinks& kinks) const override { return local_->cells(kinks); }
  bool trains_side_by_side() const override { return local_->trains_side_by_side(); }
  bool shares(index_t lines) const override { return local_->shares(lines); }
  std::int64_t free_bytes() const override { return local_->free_bytes(); }
  std::int64_t footprint(const SolveSize& size) const override { return local_->footprint(size); }
  std::int64_t footprint(const TrainingSize& size) const override { return local_->footprint(size); }

 private:
  Lead& lead_;
  const std::shared_ptr<const Device> local_;
};

}  // namespace

std::shared_ptr<const Device> spread(Lead& lead, std::shared_ptr<const Device> local) {
  return std::make_shared<SpreadDevice>(lead, std::move(local));
}

}  // namespace burelu
