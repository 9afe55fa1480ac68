// The reader and its printer brought together.
#include "app/read_data.hpp"

#include <functional>
#include <string>

#include "app/messages.hpp"
#include "app/progress_printer.hpp"
#include "burelu/errors.hpp"
#include "data/formats.hpp"
#include "ranks/lead.hpp"

namespace burelu::app {

Table read_data(const Arguments& arguments, index_t least_features) {
  ReadPrinter printer(arguments.level(), arguments.data);
  Table table = read_table(arguments.data, {arguments.header, least_features, std::ref(printer)});
  const Lead* lead = arguments.options.solve.lead;
  if (lead != nullptr && lead->size() > table.rows)
    throw DataError(arguments.data + ": " + std::to_string(lead->size()) + " ranks for " + std::to_string(table.rows) +
                    " rows: start at most as many ranks as rows");
  return table;
}

Model read_model(const Arguments& arguments) {
  return burelu::read_model(arguments.model, {arguments.choice.preparation.bias, arguments.layers, arguments.ignored,
                                              warnings(arguments.level())});
}

}  // namespace burelu::app
