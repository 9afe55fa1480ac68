// Trials of another rank, see trial_crew.hpp.
#include <memory>

#include "certificate/trial_crew.hpp"
#include "certificate/trial_messages.hpp"

namespace burelu {
namespace {

/// Of another rank, from certificate to certificate.
class Helper {
 public:
  std::string answer(const std::string& request) {
    BytesReader in(request);
    BytesWriter out;
    while (in.left() > 0) {
      Ask what{};
      in.value(what);
      follow(what, in, out);
    }
    return out.bytes();
  }

 private:
  void follow(Ask what, BytesReader& in, BytesWriter& out) {
    switch (what) {
      case Ask::begin:
        return begin(in);
      case Ask::find:
        return find(in, out);
      case Ask::lacking:
        for (std::size_t f = 0; f < forms_; ++f) in.list(trials_->lacking(static_cast<std::int32_t>(f)));
        return;
      case Ask::anchor: {
        std::int32_t form = 0;
        FormData data;
        in.value(form);
        exchange(in, data);
        return trials_->anchor(form, data.pairs, data.tau);
      }
      case Ask::run: {
        std::vector<Trial> trials;
        exchange_all(in, trials);
        std::vector<TrialResult> results;
        if (!trials.empty()) results = trials_->run(trials);
        return exchange_all(out, results);
      }
      case Ask::end:
        trials_.reset();
        return;
    }
  }

  void begin(BytesReader& in) {
    trials_.reset();
    TrialOptions options;
    std::vector<FormData> data;
    exchange(in, problem_);
    in.value(options);
    exchange_all(in, data);
    std::vector<DualPoint> points;
    for (const FormData& form : data) points.push_back(form.point());
    forms_ = points.size();
    trials_ = std::make_unique<Trials>(problem_, options);
    trials_->begin(points);
  }

  void find(BytesReader& in, BytesWriter& out) {
    std::vector<std::int32_t> wanted;
    double lift = 0.0;
    in.list(wanted);
    in.value(lift);
    trials_->find_lacking(wanted, lift);
    for (const std::int32_t form : wanted) {
      out.list(trials_->lacking(form));
      out.value(trials_->lift(form));
    }
  }

  Presolved problem_;
  std::unique_ptr<Trials> trials_;
  std::size_t forms_ = 0;
};

}  // namespace

std::function<std::string(const Device&, const std::string&)> trial_job() {
  return [helper = std::make_shared<Helper>()](const Device&, const std::string& request) {
    return helper->answer(request);
  };
}

}  // namespace burelu
