#include "study/selection.hpp"

#include <cmath>

namespace burelu::study {

bool ThresholdSelection::consider(int iterate, const Network& network) {
  const ThresholdChoice choice = best_threshold(predict(rows_.X, network), rows_.labels);
  if (choice.accuracy <= choice_.accuracy) return false;
  choice_ = choice;
  iterate_ = iterate;
  network_ = network;
  return true;
}

void ValidationCurve::add(int iterate, const Network& network, const LabelledRows& part) {
  const Matrix outputs = predict(part.X, network);
  Entry& entry = entries_[iterate];
  entry.parts += 1;
  const double rows = static_cast<double>(part.X.rows);
  entry.right += static_cast<index_t>(std::llround(rows * argmax_accuracy(outputs, part.labels)));
  for (std::size_t i = 0; i < outputs.data.size(); ++i)
    entry.loss += 0.5 * (outputs.data[i] - part.Y.data[i]) * (outputs.data[i] - part.Y.data[i]);
}

ValidationCurve::Best ValidationCurve::best(int parts) const {
  Best best;
  for (const auto& [iterate, entry] : entries_) {
    const Best candidate{iterate, entry.right, entry.loss};
    if (entry.parts == parts && std::isfinite(entry.loss) && candidate.better_than(best)) best = candidate;
  }
  return best;
}

}  // namespace burelu::study
