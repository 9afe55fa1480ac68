// What a shared library shows: everything else is compiled with hidden visibility.
#pragma once

/// Of every public function, class that is thrown, and constant.
#define BURELU_API __attribute__((visibility("default")))
