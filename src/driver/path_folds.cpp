#include "driver/path_folds.hpp"

#include <utility>

#include "linalg/team.hpp"

namespace burelu {
namespace {

void exchange(Archive& a, Network& network) {
  a.matrix(network.U);
  a.matrix(network.V);
}

void exchange(Archive& a, FoldStep& step) {
  a.value(step.fold);
  a.value(step.gamma);
  a.value(step.width);
  a.value(step.known);
  exchange(a, step.network);
}

void exchange(Archive& a, PathPiece& piece) {
  exchange(a, piece.point.network);
  a.value(piece.point.gamma);
  a.value(piece.point.network_evaluations);
  a.value(piece.point.seconds);
  a.value(piece.score);
}

void exchange_steps(Archive& a, std::vector<FoldStep>& steps) {
  a.each(steps, [](Archive& to, FoldStep& step) { exchange(to, step); });
}

/// What folds depend on.
void exchange(Archive& a, PathOptions& options) {
  a.value(options.train.width);
  a.value(options.train.starts);
  a.value(options.train.polish_iterations);
  a.value(options.train.solve.tolerance);
  a.value(options.train.solve.seed);
  a.list(options.labels);
}

Matrix copy_of(const MatrixView& view) {
  Matrix out(view.rows, view.cols);
  for (index_t i = 0; i < view.rows; ++i)
    for (index_t j = 0; j < view.cols; ++j) out(i, j) = view(i, j);
  return out;
}

/// Chains of the folds of one rank, made when they are first asked for.
class Chains {
 public:
  Chains(const Problem& problem, const std::vector<std::int32_t>& folds, const PathOptions& options,
         const Device& device, const Stop& stop)
      : problem_(problem), folds_(folds), options_(options), device_(device), stop_(stop) {}

  PathPiece solve(const FoldStep& step) {
    std::unique_ptr<FoldChain>& chain = chains_[step.fold];
    if (!chain) chain = std::make_unique<FoldChain>(problem_, folds_, step.fold, options_, device_, stop_);
    PathPiece piece;
    piece.point.network = step.network;
    if (step.known)
      chain->take(piece);
    else
      piece = chain->solve(step.gamma, step.width);
    return piece;
  }

 private:
  const Problem& problem_;
  const std::vector<std::int32_t>& folds_;
  const PathOptions& options_;
  const Device& device_;
  const Stop& stop_;
  std::map<int, std::unique_ptr<FoldChain>> chains_;
};

/// What another rank keeps of a path.
struct Kept {
  Matrix X, Y;
  Problem problem;
  std::vector<std::int32_t> folds;
  PathOptions options;
  std::unique_ptr<Stop> stop;
  std::unique_ptr<Chains> chains;
};

}  // namespace

SpreadFolds::SpreadFolds(Lead& lead, const Problem& problem, const std::vector<std::int32_t>& folds,
                         const PathOptions& options, const Device& device, const Stop& stop, double seconds)
    : lead_(lead),
      own_([chains = std::make_shared<Chains>(problem, folds, options, device, stop)](const FoldStep& step) {
        return chains->solve(step);
      }) {
  BytesWriter out;
  bool begins = true;
  Matrix X = copy_of(problem.X);
  Matrix Y = copy_of(problem.Y);
  std::vector<std::int32_t> of_rows = folds;
  PathOptions with = options;
  out.value(begins);
  out.matrix(X);
  out.matrix(Y);
  out.list(of_rows);
  exchange(out, with);
  out.value(seconds);
  lead_.work(kFoldJob, std::vector<std::string>(static_cast<std::size_t>(lead_.size()), out.bytes()),
             [](const std::string&) { return std::string(); });
}

std::vector<PathPiece> SpreadFolds::solve(const std::vector<FoldStep>& steps) {
  const auto size = static_cast<std::size_t>(lead_.size());
  std::vector<std::vector<FoldStep>> dealt(size);
  for (const FoldStep& step : steps) dealt[static_cast<std::size_t>(step.fold) % size].push_back(step);
  std::vector<std::string> requests;
  for (std::vector<FoldStep>& part : dealt) {
    BytesWriter out;
    bool begins = false;
    out.value(begins);
    exchange_steps(out, part);
    requests.push_back(out.bytes());
  }
  std::vector<PathPiece> mine;
  const std::vector<std::string> answers = lead_.work(kFoldJob, requests, [&](const std::string&) {
    for (const FoldStep& step : dealt[0]) mine.push_back(own_(step));
    return std::string();
  });
  std::vector<BytesReader> in;
  for (const std::string& answer : answers) in.emplace_back(answer);
  std::vector<PathPiece> out(steps.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t rank = static_cast<std::size_t>(steps[i].fold) % size;
    if (rank == 0)
      out[i] = std::move(mine[next++]);
    else
      exchange(in[rank], out[i]);
  }
  return out;
}

std::function<std::string(const Device&, const std::string&)> fold_job() {
  return [kept = std::make_shared<Kept>()](const Device& device, const std::string& text) {
    BytesReader in(text);
    bool begins = false;
    in.value(begins);
    if (begins) {
      double seconds = 0.0;
      kept->chains.reset();
      kept->options = {};
      in.matrix(kept->X);
      in.matrix(kept->Y);
      in.list(kept->folds);
      exchange(in, kept->options);
      in.value(seconds);
      kept->problem = {kept->X, kept->Y, 1.0};
      kept->options.train.solve.threads = Team::current().size();
      kept->stop = std::make_unique<Stop>(seconds, std::function<bool()>());
      kept->chains = std::make_unique<Chains>(kept->problem, kept->folds, kept->options, device, *kept->stop);
      return std::string();
    }
    std::vector<FoldStep> steps;
    exchange_steps(in, steps);
    BytesWriter out;
    for (const FoldStep& step : steps) {
      PathPiece piece = kept->chains->solve(step);
      exchange(out, piece);
    }
    return out.bytes();
  };
}

}  // namespace burelu
