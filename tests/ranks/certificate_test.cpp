// Certificates by several ranks: the same for any number of them, shared evenly, few bytes, an end where one is lost.
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "burelu/solve.hpp"
#include "certificate/certifier.hpp"
#include "certificate/trial_crew.hpp"
#include "driver/devices.hpp"
#include "driver/dominant.hpp"
#include "driver/jobs.hpp"
#include "driver/solve_with.hpp"
#include "ranks/lead.hpp"
#include "ranks/serve.hpp"
#include "support/banded_dual.hpp"
#include "support/instances.hpp"
#include "support/thread_ranks.hpp"

namespace burelu {
namespace {

void serve_certificates(Ranks& ranks, const Jobs& jobs) {
  serve(
      ranks, [](const std::string& name) { return find_device(name); }, jobs, 1);
}

/// Two points of one problem, and what certificates of both in turn come to.
struct Case {
  test::Instance data;
  Problem problem = data.problem();
  Presolved reduced = presolve(problem);
  std::vector<test::BandedDual> duals;

  explicit Case(index_t n) : data(test::teacher(n, 5, 2, 7, 0.02 * static_cast<double>(n))) {
    test::Random random(11);
    for (int k = 0; k < 2; ++k) duals.emplace_back(random, reduced);
  }

  std::vector<Proposal> proposals(Lead* lead, std::vector<Certificate>* proven = nullptr) const {
    Certifier certifier(problem, reduced);
    certifier.share_with(lead);
    std::vector<Proposal> out;
    for (const test::BandedDual& dual : duals) {
      out.push_back(certifier.propose(dual.point()));
      const std::optional<Certificate> proof = certifier.prove(out.back());
      EXPECT_TRUE(proof.has_value());
      if (proven != nullptr && proof) proven->push_back(*proof);
    }
    return out;
  }
};

struct Certified {
  std::vector<Proposal> proposals;
  std::vector<Certificate> proven;
  std::vector<std::int64_t> received;  // bytes, by ranks
};

Certified by_ranks(const Case& one, int size) {
  Certified out;
  out.received.resize(static_cast<std::size_t>(size));
  test::ThreadRanks(size).run([&](Ranks& ranks) {
    if (ranks.rank() > 0) {
      serve_certificates(ranks, all_jobs());
    } else {
      Lead lead(ranks);
      lead.device("cpu", cpu_device());
      out.proposals = one.proposals(&lead, &out.proven);
    }
    out.received[static_cast<std::size_t>(ranks.rank())] = ranks.traffic().bytes;
  });
  return out;
}

void expect_same(const std::vector<Proposal>& one, const std::vector<Proposal>& other) {
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t k = 0; k < one.size(); ++k) {
    EXPECT_EQ(one[k].bound, other[k].bound);
    EXPECT_EQ(one[k].trials, other[k].trials);
    EXPECT_EQ(one[k].flops, other[k].flops);
    EXPECT_EQ(one[k].tau, other[k].tau);
    EXPECT_EQ(one[k].W.data, other[k].W.data);
    ASSERT_EQ(one[k].multipliers.size(), other[k].multipliers.size());
    for (std::size_t e = 0; e < one[k].multipliers.size(); ++e)
      EXPECT_EQ(one[k].multipliers[e].value, other[k].multipliers[e].value);
  }
}

TEST(RankCertificates, AreTheSameForAnyNumberOfRanks) {
  const Case one(900);
  std::vector<Certificate> proven;
  const std::vector<Proposal> alone = one.proposals(nullptr, &proven);
  EXPECT_GT(alone.back().bound, one.reduced.constant_loss);
  for (const int size : {1, 2, 3, 4, 9}) {
    const Certified run = by_ranks(one, size);
    expect_same(run.proposals, alone);
    ASSERT_EQ(run.proven.size(), proven.size());
    for (std::size_t k = 0; k < proven.size(); ++k) {
      EXPECT_EQ(run.proven[k].lower_bound, proven[k].lower_bound);
      EXPECT_EQ(run.proven[k].W.data, proven[k].W.data);
    }
    EXPECT_EQ(run.received[0] > 1000, size > 1);  // others had a part in it
  }
}

// The bar: work of every rank within 15 % of its share. What is waited for is that of the rank with most in each round.
TEST(RankCertificates, AreSharedEvenly) {
  const Case one(10000);
  for (const int size : {2, 4}) {
    const Certified run = by_ranks(one, size);
    const Proposal& last = run.proposals.back();
    EXPECT_GT(last.trials, 20);
    EXPECT_LE(last.busiest, 1.15 * last.flops / size) << size;
    EXPECT_LE(last.awaited, (size == 2 ? 1.15 : 1.5) * last.flops / size) << size;
    // A certificate: X, Y, pairs, ties and W of two forms, what they lack, two anchors; rank 0: W of some rounds.
    const auto n = static_cast<double>(one.reduced.rows());
    const auto d = static_cast<double>(one.reduced.features());
    const auto c = static_cast<double>(one.reduced.outputs());
    const auto pairs = static_cast<double>(one.duals[0].pairs.size() + one.duals[1].pairs.size());
    const double told = n * (d + c) + 2.0 * (2.0 * pairs + n * (2.0 + c)) + 2.0 * (2.0 * pairs + n);
    const double answered = 12.0 * n * c;
    const auto rounds = static_cast<double>(run.proposals.size());
    for (std::size_t k = 0; k < run.received.size(); ++k)
      EXPECT_LE(static_cast<double>(run.received[k]), 8.0 * 1.1 * rounds * (k == 0 ? size * answered : told)) << k;
  }
}

/// Some trials of one form, to be had at any cost.
std::vector<Trial> some_trials() {
  std::vector<Trial> out;
  for (const double raised : {0.0, 1.0, 2.0, 3.0, 4.0})
    out.push_back({0, raised, 0.0, -std::numeric_limits<double>::infinity(), {}});
  return out;
}

/// Trials that iterate are dealt out one for each rank at a time.
TEST(RankCertificates, IterateTheSameOnRanks) {
  const Case one(600);
  const auto results = [&](Lead* lead) {
    TrialCrew crew(one.reduced, {1e-8, 1e-3, 0.0}, lead);
    crew.begin({one.duals[0].point()}, 0.0);
    std::vector<TrialResult> out = crew.run(some_trials(), nullptr, 0.0);
    crew.end();
    return out;
  };
  const std::vector<TrialResult> alone = results(nullptr);
  EXPECT_GT(alone.back().bound, one.reduced.constant_loss);
  test::ThreadRanks(2).run([&](Ranks& ranks) {
    if (ranks.rank() > 0) return serve_certificates(ranks, all_jobs());
    Lead lead(ranks);
    lead.device("cpu", cpu_device());
    const std::vector<TrialResult> together = results(&lead);
    for (std::size_t k = 0; k < alone.size(); ++k) {
      EXPECT_EQ(together[k].bound, alone[k].bound);
      EXPECT_EQ(together[k].W.data, alone[k].W.data);
    }
  });
}

TEST(RankCertificates, EndWhereARankIsLost) {
  const Case one(600);
  const auto body = [&](Ranks& ranks) {
    if (ranks.rank() > 0) {
      int rounds = 0;
      Jobs jobs = all_jobs();
      jobs[kTrialJob] = [&, own = jobs[kTrialJob]](const Device& device, const std::string& request) {
        if (ranks.rank() == 2 && ++rounds == 4) throw RanksLost("this rank dies");
        return own(device, request);
      };
      return serve_certificates(ranks, jobs);
    }
    Lead lead(ranks);
    lead.device("cpu", cpu_device());
    EXPECT_THROW(one.proposals(&lead), RanksLost);
    EXPECT_TRUE(lead.lost());
  };
  EXPECT_THROW(test::ThreadRanks(3).run(body), RanksLost);
}

// The limit came: one trial for a first bound, and nobody else is asked.
TEST(RankCertificates, AskNobodyOnceItIsTime) {
  const Case one(600);
  const Stop now(0.0, [] { return true; });
  test::ThreadRanks(2).run([&](Ranks& ranks) {
    if (ranks.rank() > 0) return serve_certificates(ranks, all_jobs());
    Lead lead(ranks);
    lead.device("cpu", cpu_device());
    TrialCrew crew(one.reduced, {1e-8, 1e-3}, &lead);
    crew.begin({one.duals[0].point()}, 0.0);
    const std::int64_t before = ranks.traffic().bytes;
    const std::vector<TrialResult> results = crew.run(some_trials(), &now, 0.0);
    EXPECT_EQ(ranks.traffic().bytes, before);
    for (std::size_t k = 0; k < results.size(); ++k) EXPECT_EQ(results[k].flops > 0.0, k == 0);
    EXPECT_EQ(crew.trials(), 1);
    crew.end();
  });
}

TEST(RankCertificates, ASolveKeepsItsBoundWhereARankIsLostInACertificate) {
  const auto data = test::teacher(600, 4, 2, 11, 3.0);
  const Problem problem = data.problem();
  SolveOptions options;
  options.tolerance = 1e-9;
  options.bound = BoundMethod::relaxation;
  options.threads = 1;
  Relaxation result;
  const auto body = [&](Ranks& ranks) {
    if (ranks.rank() > 0) {
      int rounds = 0;
      Jobs jobs = all_jobs();
      jobs[kTrialJob] = [&, own = jobs[kTrialJob]](const Device& device, const std::string& request) {
        if (ranks.rank() == 1 && ++rounds == 40) throw RanksLost("this rank dies");
        return own(device, request);
      };
      return serve_certificates(ranks, jobs);
    }
    Lead lead(ranks);
    result = solve_with(problem, options, *lead.device("cpu", cpu_device()));
    EXPECT_TRUE(lead.lost());
  };
  EXPECT_THROW(test::ThreadRanks(2).run(body), RanksLost);
  EXPECT_EQ(result.status, Status::device_failed);
  EXPECT_GT(result.lower_bound, 0.0);
  const std::optional<double> proven = certified_bound(problem, result.certificate);
  ASSERT_TRUE(proven);
  EXPECT_DOUBLE_EQ(*proven, result.lower_bound);
}

}  // namespace
}  // namespace burelu
