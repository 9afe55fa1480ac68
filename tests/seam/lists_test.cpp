// What lists of pairs must not change: the update is that of all pairs, and a state goes on elsewhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "relaxation/iteration.hpp"
#include "relaxation/start.hpp"
#include "support/backends.hpp"
#include "support/instances.hpp"
#include "support/naive_relaxation.hpp"

namespace burelu::test {
namespace {

double backend_sigma(Backend& backend) {
  Snapshot s;
  backend.read(s, kScalars);
  return s.control.dual.sigma;
}

class ListsTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void SetUp() override { require(GetParam()); }
  std::unique_ptr<Backend> make(BackendKind kind, double sigma = 0.3) const {
    BackendOptions options;
    options.memory = 20;
    options.sigma = sigma;
    return make_backend(kind, data_, options);
  }
  static void run(Backend& backend, int windows) {
    for (int k = 0; k < windows; ++k) {
      descend(backend, 20);
      update(backend);
    }
  }

  const RelaxationData data_ = prepare(presolve(teacher(60, 4, 2, 71).problem()));
  const Point start_ = random_point(data_, 9, 3);
};

// The points are far apart: pairs that were on no list are violated at the next one.
TEST_P(ListsTest, AnUpdateIsThatOfAllPairs) {
  const auto backend = make(GetParam());
  Settings settings;
  settings.extrapolate = 0;
  backend->set(settings);
  NaiveRelaxation naive(data_, 0.3);
  Point z = start_;
  for (std::uint64_t round = 0; round < 4; ++round) {
    z.Shat = gaussian(z.Shat.rows, z.Shat.cols, 40 + round);
    backend->write_point(z.Shat, z.Ut);
    naive.sigma = backend_sigma(*backend);
    update(*backend);
    naive.update(z);
    Snapshot s;
    backend->read(s, kDual);
    Matrix seen(2 * data_.m, 2 * data_.m);
    for (const Multiplier& pair : s.multipliers) seen(pair.i, pair.j) = seen(pair.j, pair.i) = pair.value;
    const Matrix F = naive.factor(z);
    double lowest = 0.0;
    for (index_t i = 0; i < F.rows; ++i)
      for (index_t j = 0; j < F.rows; ++j) {
        EXPECT_NEAR(seen(i, j), naive.T(i, j), 1e-10 * (1.0 + naive.T(i, j))) << round;
        if (!naive.tied(i, j)) lowest = std::fmin(lowest, NaiveRelaxation::dot(F, i, j));
      }
    EXPECT_NEAR(s.control.dual.violation, -lowest, 1e-10);
  }
}

TEST_P(ListsTest, AStateGoesOnOnAnyBackend) {
  const auto first = make(GetParam());
  first->write_point(start_.Shat, start_.Ut);
  list_pairs(*first);
  run(*first, 4);
  first->reweigh();
  BackendState state;
  first->save(state);
  EXPECT_EQ(state.Shat.cols, 9);
  EXPECT_FALSE(state.pairs.empty());
  for (const BackendKind kind : {GetParam(), BackendKind::cpu, BackendKind::cpu_two_threads}) {
    const auto second = make(kind);
    second->load(state);
    Snapshot here;
    Snapshot there;
    first->read(here, kDual | kPoint);
    second->read(there, kDual | kPoint);
    EXPECT_EQ(here.Shat.data, there.Shat.data);
    EXPECT_EQ(here.control.dual.sigma, there.control.dual.sigma);
    EXPECT_EQ(here.control.count.evaluations, there.control.count.evaluations);
    EXPECT_EQ(there.control.memory.count, 0);
    ASSERT_EQ(here.multipliers.size(), there.multipliers.size());
    double sum = 0.0;
    for (const Multiplier& pair : here.multipliers) sum += pair.value;
    for (const Multiplier& pair : there.multipliers) sum -= pair.value;
    EXPECT_NEAR(sum, 0.0, 1e-9);
  }
  // One update at the same point: the same function, up to extrapolation that a backend does not keep.
  const auto second = make(GetParam());
  second->load(state);
  list_pairs(*second);
  for (Backend* each : {first.get(), second.get()}) run(*each, 6);
  Snapshot here;
  Snapshot there;
  first->read(here, kScalars);
  second->read(there, kScalars);
  EXPECT_NEAR(here.control.dual.objective, there.control.dual.objective, 0.02 * here.control.dual.objective);
}

// Columns without weight go, others come: the products of rows and the multipliers stay, and the descent goes on.
TEST_P(ListsTest, AnotherRankIsTheSamePoint) {
  const auto backend = make(GetParam());
  Point wide = with_rank(data_, start_, 4, 1);
  for (Matrix* block : {&wide.Shat, &wide.Ut}) {
    Matrix padded(block->rows, 9);
    for (index_t i = 0; i < block->rows; ++i) std::copy_n(block->row(i), 4, padded.row(i));
    *block = padded;
  }
  backend->write_point(wide.Shat, wide.Ut);
  const std::vector<Multiplier> pairs{{5, 2, 0.25}, {70, 3, 1.5}, {100, 70, 3.0}};
  backend->write_multipliers(pairs);
  Settings settings;
  settings.extrapolate = 0;
  backend->set(settings);
  list_pairs(*backend);
  descend(*backend, 1);  // evaluates the point itself
  Snapshot before;
  backend->read(before, kDual);
  for (const int rank : {4, 7}) {
    const Point point = with_rank(data_, wide, rank, 3);
    backend->write_point(point.Shat, point.Ut);
    list_pairs(*backend);
    descend(*backend, 1);
    Snapshot after;
    backend->read(after, kDual);
    const double noise = rank > 4 ? 1e-2 : 1e-9;  // of columns that are new
    EXPECT_NEAR(after.control.value.accepted, before.control.value.accepted, noise * before.control.value.accepted);
    EXPECT_EQ(after.multipliers.size(), pairs.size());
    for (std::size_t k = 0; k < after.multipliers.size(); ++k)
      EXPECT_NEAR(after.multipliers[k].value, pairs[k].value, 1e-12);
    EXPECT_EQ(after.control.memory.count, 0);
    const double accepted = after.control.value.accepted;
    descend(*backend, 20);
    backend->read(after, kPoint);
    EXPECT_LT(after.control.value.accepted, accepted);
    EXPECT_EQ(after.Ut.cols, rank);
  }
}

TEST_P(ListsTest, WrittenMultipliersAreRead) {
  const auto backend = make(GetParam());
  backend->write_point(start_.Shat, start_.Ut);
  const std::vector<Multiplier> pairs{{5, 2, 0.25}, {70, 3, 1.5}, {100, 70, 3.0}};
  backend->write_multipliers(pairs);
  list_pairs(*backend);
  Snapshot s;
  backend->read(s, kDual);
  ASSERT_EQ(s.multipliers.size(), pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    EXPECT_EQ(s.multipliers[k].i, pairs[k].i);
    EXPECT_EQ(s.multipliers[k].j, pairs[k].j);
    EXPECT_NEAR(s.multipliers[k].value, pairs[k].value, 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ListsTest, ::testing::ValuesIn(kBackendKinds), backend_kind_name);

// A damaged or foreign state is refused before anything is written with it.
TEST(BackendState, IsRefusedWhereItDoesNotFit) {
  class Bytes final : public Archive {
   public:
    bool loading() const override { return loading_; }
    void raw(void* data, std::size_t size) override {
      auto* bytes = static_cast<char*>(data);
      if (!loading_) content_.insert(content_.end(), bytes, bytes + size);
      if (loading_ && size > available()) refuse();
      if (loading_) std::copy_n(content_.data() + at_, size, bytes);
      at_ += loading_ ? size : 0;
    }
    void rewind() { loading_ = true; }

   protected:
    std::size_t available() const override { return content_.size() - at_; }

   private:
    std::vector<char> content_;
    std::size_t at_ = 0;
    bool loading_ = false;
  };
  BackendState good;
  good.Shat = Matrix(5, 2);
  good.Ut = Matrix(3, 2);
  good.importance.assign(5, 1.0);
  good.tau.assign(5, -1.0);
  good.pairs = {{1, 0, 1.0, 0.0}, {9, 3, 0.0, 2.0}};
  const auto accepted = [](BackendState state) {
    Bytes archive;
    exchange(archive, state, 5, 3);
    archive.rewind();
    try {
      exchange(archive, state, 5, 3);
    } catch (const DataError&) {
      return false;
    }
    return true;
  };
  EXPECT_TRUE(accepted(good));
  const auto refused = [&](const auto& damage) {
    BackendState bad = good;
    damage(bad);
    return !accepted(bad);
  };
  EXPECT_TRUE(refused([](BackendState& s) { s.Shat = Matrix(4, 2); }));
  EXPECT_TRUE(refused([](BackendState& s) { s.Ut = Matrix(3, 3); }));
  EXPECT_TRUE(refused([](BackendState& s) { s.importance[2] = 0.0; }));
  EXPECT_TRUE(refused([](BackendState& s) { s.tau.pop_back(); }));
  EXPECT_TRUE(refused([](BackendState& s) { s.pairs[1].i = 10; }));
  EXPECT_TRUE(refused([](BackendState& s) { s.pairs[1].j = 4; }));  // tied
  EXPECT_TRUE(refused([](BackendState& s) { s.pairs[0].j = 1; }));
  EXPECT_TRUE(refused([](BackendState& s) { s.pairs[0].multiplier = std::nan(""); }));
  EXPECT_TRUE(refused([](BackendState& s) { std::swap(s.pairs[0], s.pairs[1]); }));
  EXPECT_TRUE(refused([](BackendState& s) { s.control.dual.sigma = 0.0; }));
  EXPECT_TRUE(refused([](BackendState& s) { s.control.count.evaluations = -1; }));
}

}  // namespace
}  // namespace burelu::test
