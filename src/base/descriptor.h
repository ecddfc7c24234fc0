// A file descriptor that is closed at the end of its scope.
#pragma once

#include <unistd.h>

namespace explaingate {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}  // negative = none
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

}  // namespace explaingate
