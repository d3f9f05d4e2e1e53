// amana-immigration: the adapter of an immigration department (docs/integrator/immigration.md).
#include "agency-adapters/immigration/adapter.h"
#include "agency-adapters/runtime/program.h"

int main(int argc, char** argv) {
  return amana::runtime::RunAdapter("amana-immigration", argc, argv,
                                    amana::immigration::ImmigrationFactory());
}
