// The targets are read first: then X goes straight to its place in the rows of the table.
#include "formats/npz.hpp"

#include <algorithm>

#include "burelu/errors.hpp"
#include "formats/npy.hpp"
#include "formats/zip_archive.hpp"

namespace burelu {
namespace {

struct Targets {
  index_t rows = 0;
  index_t columns = 0;
  bool matrix = false;          ///< two-dimensional: real values
  std::vector<double> numbers;  ///< row by row, or
  std::vector<std::string> texts;
};

class NpzReader {
 public:
  NpzReader(const std::string& path, const ReadProgress& progress) : archive_(path, progress) { table_.source = path; }

  Table read() {
    const Targets targets = read_targets();
    read_features(targets.columns);
    if (targets.columns == 0) {
      table_.features_only = true;
      return std::move(table_);
    }
    if (targets.rows != table_.rows)
      throw DataError(table_.source + ": X has " + std::to_string(table_.rows) + " rows but the targets have " +
                      std::to_string(targets.rows) + "; save one target per row");
    place(targets);
    return std::move(table_);
  }

 private:
  std::string place_of(const std::string& name) const { return table_.source + " (" + name + ".npy)"; }

  Targets read_targets() {
    if (archive_.open("y.npy")) {
      Targets targets = read_open("y");
      if (archive_.open("Y.npy")) throw DataError(table_.source + ": the archive holds both y and Y; save one of them");
      return targets;
    }
    return archive_.open("Y.npy") ? read_open("Y") : Targets{};
  }

  Targets read_open(const std::string& name) {
    const ByteReader read = [this](char* to, std::size_t size) { return archive_.read(to, size); };
    const NpyHeader header = read_npy_header(read, place_of(name));
    Targets targets;
    targets.rows = header.rows();
    targets.matrix = header.shape.size() > 1;
    targets.columns = header.row_size;
    if (header.shape.size() > 2 || targets.columns == 0)
      throw DataError(place_of(name) + ": targets need one axis, or two (rows and columns); reshape them");
    if (header.text() && targets.columns != 1)
      throw DataError(place_of(name) + ": targets of text need one column; save one class per row");
    if (header.text()) {
      targets.texts = read_npy_texts(read, header);
    } else {
      read_npy_rows(read, header, targets.columns, targets.numbers);
    }
    archive_.close();
    return targets;
  }

  void read_features(index_t targets) {
    if (!archive_.open("X.npy"))
      throw DataError(table_.source + ": the archive has no array X (it has " + listed() +
                      "); save it with numpy.savez(file, X=..., y=...)");
    const ByteReader read = [this](char* to, std::size_t size) { return archive_.read(to, size); };
    const NpyHeader header = read_npy_header(read, place_of("X"));
    if (static_cast<std::uint64_t>(header.bytes()) > archive_.size())
      throw DataError(place_of("X") + ": the array is cut off; save it again");
    table_.rows = header.rows();
    table_.has_header = true;
    refuse_empty(header);
    const index_t stride = header.row_size + targets;
    table_.values.reserve(static_cast<std::size_t>(header.rows() * stride));
    read_npy_rows(read, header, stride, table_.values);
    archive_.close();
    table_.add_numbered("x", header.row_size);
  }

  std::string listed() const {
    std::string list;
    for (const std::string& name : archive_.names()) list += (list.empty() ? "" : ", ") + name;
    return list.empty() ? "nothing" : list;
  }

  void place(const Targets& targets) {
    const index_t features = table_.columns();
    if (targets.matrix && targets.columns > 1) {
      table_.add_numbered("y", targets.columns);
    } else {
      table_.names.emplace_back("label");
    }
    Texts texts(table_.texts);
    for (index_t i = 0; i < table_.rows; ++i)
      for (index_t k = 0; k < targets.columns; ++k) {
        const auto at = static_cast<std::size_t>(i * targets.columns + k);
        table_.values[static_cast<std::size_t>(i * table_.columns() + features + k)] =
            targets.texts.empty() ? targets.numbers[at] : texts.box(targets.texts[at]);
      }
  }

  Table table_;
  ZipReader archive_;
};

}  // namespace

Table read_npz(const std::string& path, const ReadProgress& progress) { return NpzReader(path, progress).read(); }

}  // namespace burelu
