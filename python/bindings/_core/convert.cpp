// Results as dictionaries; matrices move, nothing of order n is copied.
#include "convert.hpp"

#include <nanobind/stl/string.h>

namespace burelu_python {

using burelu::HistoryEntry;
using burelu::index_t;
using burelu::Matrix;

Matrix matrix_of(const Array2& array) {
  const burelu::MatrixView values = view(array);
  Matrix result(values.rows, values.cols);
  for (index_t i = 0; i < values.rows; ++i)
    for (index_t j = 0; j < values.cols; ++j) result(i, j) = values(i, j);
  return result;
}

Returned<double, 2> array_of(Matrix matrix) {
  const auto rows = static_cast<std::size_t>(matrix.rows);
  const auto cols = static_cast<std::size_t>(matrix.cols);
  return array_of<double, 2>(std::move(matrix.data), {rows, cols});
}

burelu::Network network_of(const Array2& U, const Array2& V) { return {matrix_of(U), matrix_of(V)}; }

namespace {

template <class Field>
Returned<Field, 1> column(const std::vector<HistoryEntry>& history, Field HistoryEntry::*field) {
  std::vector<Field> values;
  values.reserve(history.size());
  for (const HistoryEntry& entry : history) values.push_back(entry.*field);
  return array_of(std::move(values));
}

nb::dict history_dict(const std::vector<HistoryEntry>& history) {
  nb::dict result;
  result["evaluations"] = column(history, &HistoryEntry::evaluations);
  result["seconds"] = column(history, &HistoryEntry::seconds);
  result["objective"] = column(history, &HistoryEntry::objective);
  result["infeasibility"] = column(history, &HistoryEntry::infeasibility);
  result["lower_bound"] = column(history, &HistoryEntry::lower_bound);
  result["penalty"] = column(history, &HistoryEntry::penalty);
  result["rank"] = column(history, &HistoryEntry::rank);
  return result;
}

nb::dict presolve_dict(const burelu::PresolveSummary& presolve) {
  nb::dict result;
  result["zero_rows"] = presolve.zero_rows;
  result["merged_rows"] = presolve.merged_rows;
  result["rank"] = presolve.rank;
  result["constant_loss"] = presolve.constant_loss;
  return result;
}

nb::dict factor_dict(burelu::Factor factor) {
  nb::dict result;
  result["A"] = array_of(std::move(factor.A));
  result["U"] = array_of(std::move(factor.U));
  result["V"] = array_of(std::move(factor.V));
  return result;
}

}  // namespace

nb::dict seconds_dict(const burelu::Seconds& seconds) {
  nb::dict result;
  result["presolve"] = seconds.presolve;
  result["solve"] = seconds.solve;
  result["certify"] = seconds.certify;
  result["extract"] = seconds.extract;
  result["total"] = seconds.total;
  return result;
}

nb::dict relaxation_dict(burelu::Relaxation relaxation) {
  nb::dict result;
  result["status"] = burelu::to_string(relaxation.status);
  result["message"] = relaxation.message;
  result["objective"] = relaxation.objective;
  result["infeasibility"] = relaxation.infeasibility;
  result["lower_bound"] = relaxation.lower_bound;
  result["relative_gap"] = relaxation.relative_gap;
  result["relaxation_bound"] = relaxation.relaxation_bound;
  result["branch_bound"] = relaxation.branch_bound;
  result["rank"] = relaxation.rank;
  result["evaluations"] = relaxation.evaluations;
  result["cells"] = relaxation.cells;
  result["factor"] = factor_dict(std::move(relaxation.factor));
  result["certificate"] = nb::cast(std::move(relaxation.certificate));
  result["presolve"] = presolve_dict(relaxation.presolve);
  result["history"] = history_dict(relaxation.history);
  result["seconds"] = seconds_dict(relaxation.seconds);
  result["device"] = relaxation.device;
  result["threads"] = relaxation.threads;
  return result;
}

}  // namespace burelu_python
