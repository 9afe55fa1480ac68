#include "ranks/lead.hpp"

#include <exception>
#include <utility>

#include "ranks/orders.hpp"
#include "ranks/spread.hpp"

namespace burelu {

Lead::~Lead() {
  if (lost_) return;
  try {
    told(ranks_, message(Order::end).bytes());
  } catch (const RanksLost&) {
    lost_ = true;  // then nobody is there to be told
  }
}

BytesWriter Lead::message(Order order, std::int32_t backend) {
  BytesWriter out;
  out.value(order);
  out.value(backend);
  return out;
}

void Lead::order(const BytesWriter& message, const std::function<void()>& own) {
  if (lost_) throw RanksLost("another rank was lost");
  try {
    told(ranks_, message.bytes());
    own();
  } catch (...) {
    lost_ = true;
    throw;
  }
}

std::string Lead::first_failure(const std::string& own) {
  const std::vector<std::string> all = ranks_.collect(own);
  for (std::size_t k = 0; k < all.size(); ++k)
    if (!all[k].empty()) return "rank " + std::to_string(k) + ": " + all[k];
  return {};
}

std::shared_ptr<const Device> Lead::device(const std::string& name, std::shared_ptr<const Device> local) {
  if (device_ != name) {
    BytesWriter out = message(Order::device);
    std::string text = name;
    out.text(text);
    std::string failure;
    order(out, [&] { failure = first_failure({}); });
    if (!failure.empty()) throw DeviceError(failure);
    device_ = name;
  }
  return spread(*this, std::move(local));
}

std::vector<std::string> Lead::work(const std::string& job, const std::vector<std::string>& requests,
                                    const std::function<std::string(const std::string&)>& own, std::string common) {
  BytesWriter out = message(Order::job);
  std::string name = job;
  out.text(name);
  out.text(common);
  std::exception_ptr thrown;
  std::vector<std::string> answers;
  order(out, [&] {
    ranks_.swap(requests);
    std::string answer;
    try {
      answer = own(requests[0]);
    } catch (...) {
      thrown = std::current_exception();
    }
    answers = ranks_.collect(std::string());
    answers[0] = answer;
  });
  if (thrown) std::rethrow_exception(thrown);
  for (std::size_t k = 1; k < answers.size(); ++k) {
    BytesReader in(std::move(answers[k]));
    std::string failure;
    in.text(failure);
    if (!failure.empty()) throw std::runtime_error("rank " + std::to_string(k) + ": " + failure);
    in.text(answers[k]);
  }
  return answers;
}

}  // namespace burelu
