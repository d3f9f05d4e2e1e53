// amana-iom: the adapter of IOM (docs/integrator/iom.md).
#include "agency-adapters/iom/iom_adapter.h"
#include "agency-adapters/runtime/program.h"

int main(int argc, char** argv) {
  return amana::runtime::RunAdapter("amana-iom", argc, argv, amana::iom::MakeIomAdapter);
}
