// Files that appear whole or not at all: written beside the target, synced, renamed over it.
#pragma once

#include <string>
#include <string_view>

namespace burelu {

/// Throws `DataError` where `path` could not be written later: call it before hours of work. Leaves nothing behind.
/// An empty path is fine.
void check_writable(const std::string& path);

/// Replaces `path` atomically (a device or a pipe is written directly). Throws `DataError`; then `path` is as it was.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace burelu
