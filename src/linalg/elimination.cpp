// Minimum degree on the quotient graph, see elimination.hpp.
#include "linalg/elimination.hpp"

#include <algorithm>

namespace burelu {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

constexpr double kDense = 0.8;  // neighbours of all rows that are left, from where dense arithmetic is faster

/// Rows by their degree, in doubly linked lists.
class Buckets {
 public:
  explicit Buckets(std::int32_t size)
      : first_(at(size) + 1, -1), next_(at(size), -1), previous_(at(size), -1), degree_(at(size), 0) {}

  std::int32_t degree(std::int32_t i) const { return degree_[at(i)]; }

  void insert(std::int32_t i, std::int32_t degree) {
    degree_[at(i)] = degree;
    next_[at(i)] = first_[at(degree)];
    previous_[at(i)] = -1;
    if (next_[at(i)] >= 0) previous_[at(next_[at(i)])] = i;
    first_[at(degree)] = i;
    least_ = std::min(least_, degree);
  }

  void remove(std::int32_t i) {
    if (previous_[at(i)] >= 0)
      next_[at(previous_[at(i)])] = next_[at(i)];
    else
      first_[at(degree_[at(i)])] = next_[at(i)];
    if (next_[at(i)] >= 0) previous_[at(next_[at(i)])] = previous_[at(i)];
  }

  std::int32_t take_least() {
    while (first_[at(least_)] < 0) ++least_;
    const std::int32_t out = first_[at(least_)];
    remove(out);
    return out;
  }

 private:
  std::vector<std::int32_t> first_, next_, previous_, degree_;
  std::int32_t least_ = 0;
};

using List = std::vector<std::int32_t>;

/// Rows not yet eliminated are joined by entries of the matrix (`rows_`) and by elements: the columns of eliminated
/// ones.
class QuotientGraph {
 public:
  explicit QuotientGraph(const SparseSymmetric& pattern)
      : size_(static_cast<std::int32_t>(pattern.order())),
        rows_(at(size_)),
        elements_of_(at(size_)),
        element_(at(size_)),
        mark_(at(size_), -1),
        counted_(at(size_), -1),
        outside_(at(size_), 0),
        eliminated_(at(size_), 0),
        buckets_(size_) {
    for (std::int32_t i = 0; i < size_; ++i) {
      rows_[at(i)].assign(pattern.column.begin() + pattern.start[at(i)],
                          pattern.column.begin() + pattern.start[at(i) + 1]);
      buckets_.insert(i, static_cast<std::int32_t>(rows_[at(i)].size()));
    }
  }

  std::int32_t take_least() {
    const std::int32_t out = buckets_.take_least();
    eliminated_[at(out)] = 1;
    return out;
  }

  /// Rows not yet taken.
  List rest() const {
    List out;
    for (std::int32_t i = 0; i < size_; ++i)
      if (eliminated_[at(i)] == 0) out.push_back(i);
    return out;
  }

  /// The neighbours of p, which becomes an element with them.
  const List& eliminate(std::int32_t p, std::int32_t left) {
    List& column = element_[at(p)];
    mark_[at(p)] = p;
    const auto gather = [&](const List& from) {
      for (const std::int32_t i : from)
        if (mark_[at(i)] != p) {
          mark_[at(i)] = p;
          column.push_back(i);
        }
    };
    gather(rows_[at(p)]);
    for (const std::int32_t e : elements_of_[at(p)]) {
      gather(element_[at(e)]);
      List().swap(element_[at(e)]);  // absorbed
    }
    List().swap(rows_[at(p)]);
    List().swap(elements_of_[at(p)]);
    for (const std::int32_t i : column) count_outside(i, p);
    for (const std::int32_t i : column) update(i, p, left);
    return column;
  }

 private:
  /// outside_[e]: rows of element e that the column of p does not hold.
  void count_outside(std::int32_t i, std::int32_t p) {
    for (const std::int32_t e : elements_of_[at(i)]) {
      if (element_[at(e)].empty()) continue;
      if (counted_[at(e)] != p) {
        counted_[at(e)] = p;
        outside_[at(e)] = static_cast<std::int32_t>(element_[at(e)].size());
      }
      --outside_[at(e)];
    }
  }

  void update(std::int32_t i, std::int32_t p, std::int32_t left) {
    const auto inside = static_cast<std::int64_t>(element_[at(p)].size()) - 1;
    std::int64_t degree = inside;
    List& elements = elements_of_[at(i)];
    std::size_t kept = 0;
    for (const std::int32_t e : elements) {
      if (element_[at(e)].empty()) continue;
      if (outside_[at(e)] == 0) {  // within the new element
        List().swap(element_[at(e)]);
        continue;
      }
      degree += outside_[at(e)];
      elements[kept++] = e;
    }
    elements.resize(kept);
    elements.push_back(p);
    List& rows = rows_[at(i)];
    rows.erase(std::remove_if(rows.begin(), rows.end(), [&](std::int32_t j) { return mark_[at(j)] == p; }), rows.end());
    degree += static_cast<std::int64_t>(rows.size());
    degree = std::min({degree, static_cast<std::int64_t>(left) - 1, buckets_.degree(i) + inside});
    buckets_.remove(i);
    buckets_.insert(i, static_cast<std::int32_t>(std::max<std::int64_t>(degree, 0)));
  }

  std::int32_t size_;
  std::vector<List> rows_, elements_of_, element_;
  List mark_, counted_, outside_;
  std::vector<char> eliminated_;
  Buckets buckets_;
};

}  // namespace

Elimination minimum_degree(const SparseSymmetric& pattern, double most_flops) {
  const auto size = static_cast<std::int32_t>(pattern.order());
  Elimination out;
  out.order.reserve(at(size));
  out.columns.resize(at(size));
  QuotientGraph graph(pattern);
  for (std::int32_t k = 0; k < size; ++k) {
    const std::int32_t p = graph.take_least();
    out.order.push_back(p);
    out.columns[at(p)] = graph.eliminate(p, size - k - 1);
    const auto length = static_cast<double>(out.columns[at(p)].size()) + 1.0;
    out.flops += length * length;
    const double left = static_cast<double>(size) - k - 1.0;
    if (left > 0.0 && length - 1.0 >= kDense * left) {  // what is left is a clique, all but
      out.flops += left * left * left / 3.0;
      out.dense = size - k - 1;
      const List rest = graph.rest();
      out.order.insert(out.order.end(), rest.begin(), rest.end());
      k = size;
    }
    if (out.flops > most_flops) return {};
  }
  out.complete = true;
  return out;
}

}  // namespace burelu
