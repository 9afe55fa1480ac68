// What the library has to say without failing: the one way for it, since it never prints.
#pragma once

#include <functional>
#include <string>

namespace burelu {

/// Takes one sentence for the user: what was chosen where a file does not say, and how to choose otherwise. May be
/// empty.
using Warn = std::function<void(const std::string&)>;

inline void warn(const Warn& listener, const std::string& text) {
  if (listener) listener(text);
}

}  // namespace burelu
