// One process on its own.
#include "ranks/ranks.hpp"

namespace burelu {
namespace {

class Solo final : public Ranks {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void share(double*, const std::vector<std::int64_t>&, std::int64_t) override {}
  void collect(double*, const std::vector<std::int64_t>&, std::int64_t) override {}
  std::vector<std::string> collect(const std::string& mine) override { return {mine}; }
  std::vector<std::string> swap(const std::vector<std::string>& to) override { return to; }
  void tell(void*, std::int64_t) override {}
};

}  // namespace

Ranks& Ranks::solo() {
  static Solo one;
  return one;
}

std::string told(Ranks& ranks, std::string text) {
  auto size = static_cast<std::uint64_t>(text.size());
  ranks.tell(&size, sizeof size);
  text.resize(static_cast<std::size_t>(size));
  ranks.tell(text.data(), static_cast<std::int64_t>(size));
  return text;
}

}  // namespace burelu
