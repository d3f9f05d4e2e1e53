#include "agency-adapters/runtime/program.h"
#include "agency-adapters/template/adapter.h"

int main(int argc, char** argv) {
  return amana::runtime::RunAdapter("amana-template", argc, argv, amana::forms::FactoryOf);
}
