// The way of the cuts to the device: both orders of L, and the weights.
#include "cut_rows.hpp"

#include <algorithm>

#include "triangle.hpp"

namespace burelu::cuda {
namespace {

std::int64_t even(std::int64_t count) { return (count + 1) / 2 * 2; }  // whole doubles

struct Columns {
  std::vector<std::int64_t> offset;
  std::vector<std::int32_t> index;
  std::vector<double> value;
};

// Entries of a column in the order of their rows.
Columns by_columns(const CutRows& cuts, std::int64_t base) {
  Columns out{std::vector<std::int64_t>(static_cast<std::size_t>(base) + 1),
              std::vector<std::int32_t>(cuts.form.size()), std::vector<double>(cuts.form.size())};
  for (const std::int32_t form : cuts.form) ++out.offset[static_cast<std::size_t>(form) + 1];
  for (std::size_t k = 1; k < out.offset.size(); ++k) out.offset[k] += out.offset[k - 1];
  std::vector<std::int64_t> next = out.offset;
  for (index_t t = 0; t < cuts.count(); ++t)
    for (auto p = static_cast<std::size_t>(cuts.offset[static_cast<std::size_t>(t)]);
         p < static_cast<std::size_t>(cuts.offset[static_cast<std::size_t>(t) + 1]); ++p) {
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(cuts.form[p])]++);
      out.index[place] = static_cast<std::int32_t>(t);
      out.value[place] = cuts.value[p];
    }
  return out;
}

// As weights.hpp reads them; rounded as the CPU stores them.
std::vector<float> weights_of(const RelaxationData& data) {
  std::vector<float> out(static_cast<std::size_t>(cut_weight_place(2 * data.m, data.cuts.count())));
  for (index_t i = 2 * data.m; i < data.factor_rows(); ++i) {
    float* row = out.data() + cut_weight_place(2 * data.m, i - 2 * data.m);
    for (index_t j = 0; j <= i; ++j) row[j] = static_cast<float>(pair_weight(data, i, j));
  }
  return out;
}

}  // namespace

DeviceCuts::Sparse DeviceCuts::upload(const std::vector<std::int64_t>& offset, const std::vector<std::int32_t>& index,
                                      const std::vector<double>& value, const Stream& stream) {
  Sparse out;
  out.lines = static_cast<std::int64_t>(offset.size()) - 1;
  out.offset = DeviceBuffer<std::int64_t>(out.lines + 1, stream);
  out.index = DeviceBuffer<std::int32_t>(even(static_cast<std::int64_t>(index.size())), stream);
  out.value = DeviceBuffer<double>(static_cast<std::int64_t>(value.size()), stream);
  out.offset.write(stream, offset.data(), out.lines + 1);
  out.index.write(stream, index.data(), static_cast<std::int64_t>(index.size()));
  out.value.write(stream, value.data(), static_cast<std::int64_t>(value.size()));
  return out;
}

DeviceCuts::DeviceCuts(const RelaxationData& data, const Stream& stream) {
  if (data.cuts.count() == 0) return;
  rows_ = upload(data.cuts.offset, data.cuts.form, data.cuts.value, stream);
  const Columns columns = by_columns(data.cuts, 2 * data.m);
  columns_ = upload(columns.offset, columns.index, columns.value, stream);
  const std::vector<float> weights = weights_of(data);
  const auto count = static_cast<std::int64_t>(weights.size());
  weights_ = DeviceBuffer<float>(even(count), stream);
  weights_.write(stream, weights.data(), count);
}

std::int64_t DeviceCuts::doubles(std::int64_t m, std::int64_t cuts, std::int64_t terms) {
  if (cuts == 0) return 0;
  return cuts + 1 + 2 * m + 1 + 2 * (even(terms) / 2 + terms) + even(cut_weight_place(2 * m, cuts)) / 2;
}

}  // namespace burelu::cuda
