#include "cli/run.h"

int main(int count, char** arguments) {
  const shomei::SystemClock clock;
  return shomei::cli::run(count, arguments, clock);
}
