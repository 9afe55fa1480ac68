#include "app/path_journal.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "burelu/errors.hpp"
#include "formats/json_numbers.hpp"
#include "report/report.hpp"

namespace burelu::app {
namespace {

using study::Record;

Record matrix_record(const Matrix& M) { return {{"rows", M.rows}, {"cols", M.cols}, {"data", M.data}}; }

Matrix matrix_of(const Record& record) {
  Matrix M;
  M.rows = record.at("rows").get<index_t>();
  M.cols = record.at("cols").get<index_t>();
  M.data = record.at("data").get<std::vector<double>>();
  if (M.rows < 0 || M.cols < 0 || static_cast<index_t>(M.data.size()) != M.rows * M.cols)
    throw DataError("a matrix of the journal has another size than it says");
  return M;
}

double number_of(const Record& record, const char* field) {
  const Record& value = record.at(field);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Record certificate_record(const Certificate& certificate) {
  if (certificate.empty()) return nullptr;
  Record pairs = Record::array();
  for (const Multiplier& pair : certificate.multipliers) pairs.push_back({pair.i, pair.j, pair.value});
  return {{"lower_bound", certificate.lower_bound},
          {"gamma", certificate.gamma},
          {"data_hash", certificate.data_hash},
          {"branched", certificate.branched},
          {"dominant", certificate.dominant},
          {"dominant_power", certificate.dominant_power},
          {"W", matrix_record(certificate.W)},
          {"representatives", certificate.representatives},
          {"line", certificate.line},
          {"ratio", certificate.ratio},
          {"multipliers", pairs}};
}

Certificate certificate_of(const Record& record) {
  Certificate out;
  if (record.is_null()) return out;
  out.lower_bound = record.at("lower_bound").get<double>();
  out.gamma = record.at("gamma").get<double>();
  out.data_hash = record.at("data_hash").get<std::uint64_t>();
  out.branched = record.at("branched").get<bool>();
  out.dominant = record.at("dominant").get<std::int32_t>();
  out.dominant_power = record.at("dominant_power").get<int>();
  out.W = matrix_of(record.at("W"));
  out.representatives = record.at("representatives").get<std::vector<std::int32_t>>();
  out.line = record.at("line").get<std::vector<std::int32_t>>();
  out.ratio = record.at("ratio").get<std::vector<double>>();
  for (const Record& pair : record.at("multipliers"))
    out.multipliers.push_back(
        {pair.at(0).get<std::int32_t>(), pair.at(1).get<std::int32_t>(), pair.at(2).get<double>()});
  return out;
}

Status status_of(const std::string& name) {
  for (const Status status : {Status::solved, Status::evaluation_limit, Status::time_limit, Status::interrupted,
                              Status::device_failed, Status::stalled})
    if (name == to_string(status)) return status;
  throw DataError("the journal has a status of unknown name");
}

// What must not change from one call to the next.
Record settings(const Arguments& arguments, const Dataset& data, const PathOptions& options) {
  const SolveOptions& solve = options.train.solve;
  return {{"data_hash", hash_text(data_hash(data.problem(1.0)))},
          {"gammas", options.gammas},
          {"count", options.count},
          {"ratio", options.ratio},
          {"folds", options.folds},
          {"seed", solve.seed},
          {"tolerance", solve.tolerance},
          {"max_evaluations", solve.max_evaluations},
          {"bound", static_cast<int>(solve.bound)},
          {"rank", solve.rank},
          {"width", options.train.width},
          {"label", arguments.choice.targets.label}};
}

}  // namespace

study::Record piece_record(const PathPiece& piece) {
  const PathPoint& point = piece.point;
  return {{"fold", piece.fold},
          {"index", piece.index},
          {"gamma", point.gamma},
          {"status", to_string(point.status)},
          {"U", matrix_record(point.network.U)},
          {"V", matrix_record(point.network.V)},
          {"objective", number_or_null(point.objective)},
          {"lower_bound", number_or_null(point.lower_bound)},
          {"relative_gap", number_or_null(point.relative_gap)},
          {"certificate", certificate_record(point.certificate)},
          {"evaluations", point.evaluations},
          {"cells", point.cells},
          {"network_evaluations", point.network_evaluations},
          {"seconds", point.seconds},
          {"state", piece.state},
          {"rows", piece.score.rows},
          {"squared_error", number_or_null(piece.score.squared_error)},
          {"accuracy", number_or_null(piece.score.accuracy)},
          {"r2", number_or_null(piece.score.r2)}};
}

PathPiece piece_of(const study::Record& record) {
  try {
    PathPiece piece;
    piece.fold = record.at("fold").get<int>();
    piece.index = record.at("index").get<int>();
    PathPoint& point = piece.point;
    point.gamma = record.at("gamma").get<double>();
    point.status = status_of(record.at("status").get<std::string>());
    point.network = {matrix_of(record.at("U")), matrix_of(record.at("V"))};
    point.objective = number_of(record, "objective");
    point.lower_bound = number_of(record, "lower_bound");
    point.relative_gap = number_of(record, "relative_gap");
    point.certificate = certificate_of(record.at("certificate"));
    point.evaluations = record.at("evaluations").get<std::int64_t>();
    point.cells = record.at("cells").get<std::int64_t>();
    point.network_evaluations = record.at("network_evaluations").get<std::int64_t>();
    point.seconds = record.at("seconds").get<double>();
    piece.score = {record.at("rows").get<index_t>(), number_of(record, "squared_error"), number_of(record, "accuracy"),
                   number_of(record, "r2")};
    piece.state = record.at("state").get<std::vector<double>>();
    return piece;
  } catch (const nlohmann::json::exception&) {
    throw DataError("the journal holds a line that is no piece of a path");
  }
}

PathJournal::PathJournal(const std::string& path, const Arguments& arguments, const Dataset& data,
                         const PathOptions& options)
    : path_(path), settings_(settings(arguments, data, options)), command_(arguments.line) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) journal_.emplace(path_, settings_, command_);
}

const PathPiece* PathJournal::find(int fold, int index) {
  const std::lock_guard lock(mutex_);
  const auto seen = pieces_.find({fold, index});
  if (seen != pieces_.end()) return &seen->second;
  if (!journal_) return nullptr;
  const study::JournalEntry* entry = journal_->find(fmt::format("{}/{}", fold, index));
  if (entry == nullptr || entry->records.size() != 1) return nullptr;
  return &pieces_.emplace(std::pair{fold, index}, piece_of(entry->records.front())).first->second;
}

void PathJournal::add(const PathPiece& piece) {
  const std::lock_guard lock(mutex_);
  if (!journal_) journal_.emplace(path_, settings_, command_);
  journal_->add({fmt::format("{}/{}", piece.fold, piece.index), piece.point.seconds, {piece_record(piece)}});
}

void PathJournal::remove() {
  const std::lock_guard lock(mutex_);
  journal_.reset();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace burelu::app
