// The sparse file, and the solvers that read it.
#include "study/sdpa.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>
#include <vector>

#include "formats/number.hpp"
#include "formats/output_file.hpp"
#include "study/child_process.hpp"

namespace burelu::study {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A linear form: coefficient by variable, variable 0 the constant.
using Form = std::map<std::int64_t, double>;

void add(Form& to, double factor, const Form& form) {
  for (const auto& [variable, value] : form) to[variable] += factor * value;
}

/// Numbers the free entries; see the header for the names.
class Variables {
 public:
  explicit Variables(const Problem& problem)
      : X(problem.X), n(X.rows), d(X.cols), c(problem.Y.cols), pairs_(n * (n - 1) / 2), cross_(n * d) {}

  std::int64_t count() const { return pairs_ + cross_ + d * (d + 1) / 2 + c * (c + 1) / 2; }
  std::int64_t au(index_t i, index_t k) const { return pairs_ + i * d + k + 1; }
  std::int64_t uu(index_t k, index_t m) const { return pairs_ + cross_ + triangle(k, m) + 1; }
  std::int64_t t(index_t k, index_t m) const { return pairs_ + cross_ + d * (d + 1) / 2 + triangle(k, m) + 1; }

  Form aa(index_t i, index_t j) const {
    if (i == j) return au_x(i, i);
    const index_t low = std::min(i, j);
    const index_t high = std::max(i, j);
    return {{high * (high - 1) / 2 + low + 1, 1.0}};
  }
  Form au_x(index_t i, index_t j) const {  // a_i'p_j
    Form form;
    for (index_t k = 0; k < d; ++k)
      if (X(j, k) != 0.0) form[au(i, k)] += X(j, k);
    return form;
  }
  Form pp(index_t i, index_t j) const {  // p_i'p_j
    Form form;
    for (index_t k = 0; k < d; ++k)
      for (index_t m = 0; m < d; ++m) form[uu(k, m)] += X(i, k) * X(j, m);
    return form;
  }

  const MatrixView X;
  const index_t n, d, c;

 private:
  static std::int64_t triangle(index_t i, index_t j) {
    return std::max(i, j) * (std::max(i, j) + 1) / 2 + std::min(i, j);
  }
  std::int64_t pairs_, cross_;
};

/// Entries as SDPA has them, sorted by variable; F_0 is minus the constant.
class Writer {
 public:
  void put(int block, index_t row, index_t column, const Form& form) {
    for (const auto& [variable, value] : form)
      if (value != 0.0) entries_.emplace_back(variable, block, row, column, variable == 0 ? -value : value);
  }
  std::string text() {
    std::sort(entries_.begin(), entries_.end());
    std::string out;
    for (const auto& [variable, block, row, column, value] : entries_)
      out += fmt::format("{} {} {} {} {}\n", variable, block, row, column, full_number(value));
    return out;
  }

 private:
  std::vector<std::tuple<std::int64_t, int, index_t, index_t, double>> entries_;
};

void put_blocks(const Variables& v, const Problem& problem, Writer& writer) {
  for (index_t i = 0; i < v.n; ++i) {
    for (index_t j = i; j < v.n; ++j) {
      Form form = v.aa(i, j);
      writer.put(1, i + 1, j + 1, form);
      if (i == j) form[0] += problem.gamma;
      writer.put(2, i + 1, j + 1, form);
    }
    for (index_t k = 0; k < v.d; ++k) writer.put(1, i + 1, v.n + k + 1, {{v.au(i, k), 1.0}});
    for (index_t k = 0; k < v.c; ++k) writer.put(2, i + 1, v.n + k + 1, {{0, problem.Y(i, k)}});
  }
  for (index_t k = 0; k < v.d; ++k)
    for (index_t m = k; m < v.d; ++m) writer.put(1, v.n + k + 1, v.n + m + 1, {{v.uu(k, m), 1.0}});
  for (index_t k = 0; k < v.c; ++k)
    for (index_t m = k; m < v.c; ++m) writer.put(2, v.n + k + 1, v.n + m + 1, {{v.t(k, m), 1.0}});
}

/// Every product of two of the rows a, b that is not tied; their number.
index_t put_inequalities(const Variables& v, Writer& writer) {
  index_t count = 0;
  const auto put = [&](const Form& form) {
    ++count;
    writer.put(3, count, count, form);
  };
  for (index_t i = 0; i < v.n; ++i)
    for (index_t j = 0; j < v.n; ++j) {
      if (i == j) continue;
      Form ab = v.aa(i, j);
      add(ab, -1.0, v.au_x(i, j));
      put(ab);
      if (j > i) continue;
      put(v.aa(i, j));
      add(ab, -1.0, v.au_x(j, i));
      add(ab, 1.0, v.pp(i, j));
      put(ab);
    }
  return count;
}

/// The problem without its zero rows, and their loss.
struct Reduced {
  explicit Reduced(const Problem& given) : X(0, given.X.cols), Y(0, given.Y.cols) {
    for (index_t i = 0; i < given.X.rows; ++i) {
      double size = 0.0;
      double loss = 0.0;
      for (index_t k = 0; k < X.cols; ++k) size += std::fabs(given.X(i, k));
      for (index_t k = 0; k < Y.cols; ++k) loss += 0.5 * given.Y(i, k) * given.Y(i, k);
      if (size == 0.0) {
        constant += loss;
        continue;
      }
      for (index_t k = 0; k < X.cols; ++k) X.data.push_back(given.X(i, k));
      for (index_t k = 0; k < Y.cols; ++k) Y.data.push_back(given.Y(i, k));
      ++X.rows;
      ++Y.rows;
    }
    problem = {X, Y, given.gamma};
  }
  Reduced(const Reduced&) = delete;
  Reduced& operator=(const Reduced&) = delete;

  Matrix X, Y;
  double constant = 0.0;
  Problem problem;
};

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The number after the last `key`, past spaces, colons and equals signs; NaN where there is none.
double number_after(const std::string& text, const std::string& key) {
  const auto at = text.rfind(key);
  if (at == std::string::npos) return kNone;
  const auto begin = text.find_first_not_of(" :=\t", at + key.size());
  if (begin == std::string::npos) return kNone;
  double value = kNone;
  const std::string word = text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin);
  return parse_number(word, value) ? value : kNone;
}

std::vector<std::string> sdpa_command(const std::string& path, double tolerance, int threads) {
  // The defaults, but for epsilonStar and epsilonDash.
  write_file(path + ".param", fmt::format("100\n{0}\n1.0E2\n2.0\n-1.0E5\n1.0E5\n0.1\n0.2\n0.9\n{0}\n", tolerance));
  return {"sdpa", "-ds", path, "-o", path + ".out", "-p", path + ".param", "-numThreads", std::to_string(threads)};
}

}  // namespace

std::string sdpa_text(const Problem& problem) {
  const Variables v(problem);
  Writer writer;
  put_blocks(v, problem, writer);
  const index_t inequalities = put_inequalities(v, writer);
  std::vector<double> cost(static_cast<std::size_t>(v.count()), 0.0);
  for (index_t k = 0; k < v.d; ++k) cost[static_cast<std::size_t>(v.uu(k, k) - 1)] = 0.5 * problem.gamma;
  for (index_t k = 0; k < v.c; ++k) cost[static_cast<std::size_t>(v.t(k, k) - 1)] = 0.5 * problem.gamma;
  std::string text = fmt::format("{}\n3\n{} {} {}\n", v.count(), v.n + v.d, v.n + v.c, -inequalities);
  for (std::size_t i = 0; i < cost.size(); ++i) text += (i > 0 ? " " : "") + full_number(cost[i]);
  return text + "\n" + writer.text();
}

void parse_sdpa_output(const std::string& text, CrossCheck& result) {
  result.upper = number_after(text, "objValPrimal");
  result.lower = number_after(text, "objValDual");
  const auto at = text.rfind("phase.value");
  if (at == std::string::npos) return;
  const auto begin = text.find_first_not_of(" =", at + std::string("phase.value").size());
  if (begin != std::string::npos) result.status = text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin);
}

// csdp solves the dual pair in its own order: its primal maximises, so its primal value is the lower one.
void parse_csdp_log(const std::string& text, CrossCheck& result) {
  result.lower = number_after(text, "Primal objective value");
  result.upper = number_after(text, "Dual objective value");
  for (const char* word : {"Success: SDP solved", "Partial Success", "Stuck", "Lack of progress", "Maximum iterations"})
    if (text.find(word) != std::string::npos) result.status = word;
}

CrossCheck cross_check(const Problem& problem, const std::string& path, double tolerance, double time_limit,
                       int threads, const KeepGoing& keep_going) {
  const Reduced reduced(problem);
  write_file(path, sdpa_text(reduced.problem));
  CrossCheck result{"", "not installed", kNone, kNone, 0.0};
  for (const char* name : {"sdpa", "csdp"})
    if (result.solver.empty() && !find_program(name).empty()) result.solver = name;
  if (result.solver.empty()) return result;
  const bool sdpa = result.solver == "sdpa";
  const std::vector<std::string> command =
      sdpa ? sdpa_command(path, tolerance, threads) : std::vector<std::string>{"csdp", path, path + ".sol"};
  const ChildResult child = run_child(command, {path + ".log", time_limit, keep_going});
  result.seconds = child.processor;
  if (child.stopped && keep_going && !keep_going()) throw Interrupted();
  result.status = child.stopped ? "time limit" : "no result";
  if (child.stopped) return result;
  if (sdpa) {
    parse_sdpa_output(read_text(path + ".out"), result);
  } else {
    parse_csdp_log(read_text(path + ".log"), result);
  }
  result.upper += reduced.constant;
  result.lower += reduced.constant;
  return result;
}

}  // namespace burelu::study
