// A layout between dump(), one endless line, and dump(2), one line per matrix entry.
#include "formats/json_numbers.hpp"

#include <algorithm>

namespace burelu {
namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool flat(const Json& json) {
  return std::none_of(json.begin(), json.end(), [](const Json& child) { return child.is_structured(); });
}

void write(const Json& json, const std::string& indent, std::string& text) {
  if (json.empty() || !json.is_structured() || (json.is_array() && flat(json))) {
    text += compact(json);
    return;
  }
  const std::string inner = indent + "  ";
  text += json.is_object() ? "{" : "[";
  bool first = true;
  for (const auto& [key, value] : json.items()) {
    text += (first ? "\n" : ",\n") + inner;
    first = false;
    if (json.is_object()) text += compact(Json(key)) + ": ";
    write(value, inner, text);
  }
  text += "\n" + indent + (json.is_object() ? "}" : "]");
}

}  // namespace

std::string to_text(const Json& json) {
  std::string text;
  write(json, "", text);
  return text + "\n";
}

}  // namespace burelu
