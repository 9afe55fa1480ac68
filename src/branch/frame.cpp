#include "branch/frame.hpp"

#include <algorithm>
#include <cmath>

namespace burelu {
namespace {

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

void evaluate(const Kinks& k, const double* u, const double* w, const Frame& parent, Values& values) {
  const index_t n = parent.count;
  values.centre.assign(at(n), 0.0);
  values.radius.assign(at(n), 0.0);
  double* s = values.centre.data();
  double* r = values.radius.data();
  for (index_t j = 0; j < k.dims; ++j) {
    const double* x = parent.x.data() + j * n;
    for (index_t i = 0; i < n; ++i) {
      s[i] += x[i] * u[j];
      r[i] += std::abs(x[i]) * w[j];
    }
  }
}

}  // namespace

Frame root_frame(const Kinks& kinks) { return {kinks.count, kinks.x, kinks.g, kinks.linear}; }

void narrow(const Kinks& k, const double* u, const double* w, const Frame& parent, Frame& child, Values& values) {
  const index_t n = parent.count;
  evaluate(k, u, w, parent, values);
  double* s = values.centre.data();
  double* r = values.radius.data();
  values.open.resize(at(n));
  child.linear = parent.linear;
  index_t open = 0;
  for (index_t i = 0; i < n; ++i) {
    if (std::abs(s[i]) < r[i]) {
      values.open[at(open++)] = static_cast<std::int32_t>(i);
    } else if (s[i] > 0.0) {
      for (index_t z = 0; z < k.outputs; ++z) {
        const double g = parent.g[at(z * n + i)];
        for (index_t j = 0; j < k.dims; ++j) child.linear[at(z * k.dims + j)] += g * parent.x[at(j * n + i)];
      }
    }
  }
  const auto gather = [&](const std::vector<double>& from, std::vector<double>& to, index_t rows) {
    to.resize(at(rows * open));
    for (index_t j = 0; j < rows; ++j)
      for (index_t i = 0; i < open; ++i) to[at(j * open + i)] = from[at(j * n + values.open[at(i)])];
  };
  child.count = open;
  gather(parent.x, child.x, k.dims);
  gather(parent.g, child.g, k.outputs);
  for (index_t i = 0; i < open; ++i) {
    s[i] = s[values.open[at(i)]];
    r[i] = r[values.open[at(i)]];
  }
}

}  // namespace burelu
