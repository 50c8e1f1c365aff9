#include <cstdio>

int main() {
  std::puts("ready");
}
