// The reader and its printer brought together.
#include "app/read_data.hpp"

#include <functional>

#include "app/messages.hpp"
#include "app/progress_printer.hpp"
#include "data/formats.hpp"

namespace burelu::app {

Table read_data(const Arguments& arguments, index_t least_features) {
  ReadPrinter printer(arguments.level(), arguments.data);
  return read_table(arguments.data, {arguments.header, least_features, std::ref(printer)});
}

Model read_model(const Arguments& arguments) {
  return burelu::read_model(arguments.model, {arguments.choice.preparation.bias, arguments.layers, arguments.ignored,
                                              warnings(arguments.level())});
}

}  // namespace burelu::app
