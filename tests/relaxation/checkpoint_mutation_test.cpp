// Checkpoints with forged bytes and a checksum that fits: refused in one line, or the solve ends with a bound that its
// certificate proves. What an index or a length out of range would do, the sanitizers see (scripts/test.sh --asan).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include "burelu/errors.hpp"
#include "burelu/solve.hpp"
#include "certificate/proof.hpp"
#include "support/instances.hpp"

namespace burelu::test {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

std::uint64_t word(const std::string& bytes, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, kWord);
  return value;
}

void set_word(std::string& bytes, std::size_t at, std::uint64_t value) {
  std::memcpy(bytes.data() + at, &value, kWord);
}

class CheckpointMutation : public ::testing::Test {
 protected:
  CheckpointMutation()
      : path_(::testing::TempDir() + "burelu_mutation_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".checkpoint") {
    SolveOptions options = plain();
    options.checkpoint = path_;
    options.checkpoint_interval = 0.0;
    options.progress = [seen = 0](const Progress&) mutable { return ++seen < 6; };
    evaluations_ = solve(instance_.problem(), options).evaluations;
    std::ifstream in(path_, std::ios::binary);
    good_.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    body_ = good_.find('\n', good_.find('\n') + 1) + 1;
  }
  ~CheckpointMutation() override { std::filesystem::remove(path_); }

  SolveOptions plain() const {
    SolveOptions options;
    options.tolerance = 1e-6;
    options.threads = 1;
    options.rank = 4;
    return options;
  }

  std::string sealed(std::string bytes) const {
    std::uint64_t sum = 14695981039346656037ULL;
    for (std::size_t k = body_; k + kWord < bytes.size(); ++k)
      sum = (sum ^ static_cast<unsigned char>(bytes[k])) * 1099511628211ULL;
    set_word(bytes, bytes.size() - kWord, sum);
    return bytes;
  }

  enum class End { refused, no_bound, bound };

  End resume(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    SolveOptions options = plain();
    options.resume = path_;
    options.max_evaluations = evaluations_ + 120;
    options.progress = [seen = 0](const Progress&) mutable { return ++seen < 3; };
    try {
      const Relaxation result = solve(instance_.problem(), options);
      if (std::isnan(result.lower_bound)) return End::no_bound;
      EXPECT_EQ(proven_bound(instance_.problem(), result.certificate), result.lower_bound);
      EXPECT_LE(result.lower_bound, optimum_);
      return End::bound;
    } catch (const DataError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return End::refused;
    }
  }

  std::string path_;
  Instance instance_ = teacher(8, 2, 1, 77, 0.1, 4);
  double optimum_ = solve(instance_.problem(), plain()).objective * (1.0 + 1e-5);
  std::int64_t evaluations_ = 0;
  std::string good_;
  std::size_t body_ = 0;
};

TEST_F(CheckpointMutation, TheFileItselfIsTaken) {
  EXPECT_EQ(sealed(good_), good_);
  EXPECT_EQ(resume(good_), End::bound);
}

/// Words that may be a length, an index or a counter, against values that such a word should not have. Zeros are many:
/// most are entries of the panel, so one in four hundred stands for them.
TEST_F(CheckpointMutation, LengthsIndicesAndCounters) {
  static constexpr std::uint64_t kValues[] = {
      0, 1, 0x7fffffff, 0x80000000, 0xffffffff, std::uint64_t{1} << 40U, 0x7ff8u, ~std::uint64_t{0}};
  std::mt19937_64 random(10);
  int refused = 0;
  int tried = 0;
  for (std::size_t at = body_; at + 2 * kWord <= good_.size(); at += 4) {  // integers of four bytes lie between
    const std::uint64_t now = word(good_, at);
    if (now >> 24U != 0 || (now == 0 && random() % 400 != 0)) continue;
    for (int k = 0; k < 2; ++k) {
      std::string bytes = good_;
      set_word(bytes, at, k == 0 ? kValues[random() % std::size(kValues)] : now + (at % 8 == 0 ? 1U : 7U));
      refused += resume(sealed(bytes)) == End::refused ? 1 : 0;
      ++tried;
    }
  }
  EXPECT_GT(refused, 20) << "of " << tried;
  RecordProperty("tried", tried);
}

TEST_F(CheckpointMutation, NumbersAnywhere) {
  std::mt19937_64 random(11);
  const double values[] = {0.0, -1.0, 1e300, -1e-300, std::nan(""), std::numeric_limits<double>::infinity(), 1e6};
  int bounds = 0;
  for (int trial = 0; trial < 150; ++trial) {
    std::string bytes = good_;
    for (int k = 0; k <= trial % 3; ++k) {
      const std::size_t at = body_ + random() % (bytes.size() - body_ - 2 * kWord);
      const double value = values[random() % std::size(values)];
      if (random() % 2 == 0) {
        bytes[at] = static_cast<char>(random());
      } else {
        std::memcpy(bytes.data() + (at - body_) / 4 * 4 + body_, &value, kWord);
      }
    }
    bounds += resume(sealed(bytes)) == End::bound ? 1 : 0;
  }
  EXPECT_GT(bounds, 50);
}

TEST_F(CheckpointMutation, CutOffAndDoubled) {
  std::mt19937_64 random(12);
  for (int trial = 0; trial < 30; ++trial) {
    const std::size_t size = body_ + kWord + random() % (good_.size() - body_ - kWord);
    EXPECT_EQ(resume(good_.substr(0, random() % good_.size())), End::refused);
    EXPECT_EQ(resume(sealed(good_.substr(0, size))), End::refused) << size;
    std::string shifted = good_;  // all that follows comes a word later
    shifted.insert(body_ + (size - body_) / 4 * 4, kWord, '\0');
    resume(sealed(shifted));
  }
}

}  // namespace
}  // namespace burelu::test
