#include "broker/store/embedded/testing.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

std::unique_ptr<StoreWorld> MakeEmbeddedWorld() { return std::make_unique<EmbeddedWorld>(); }

INSTANTIATE_TEST_SUITE_P(Embedded, StoreSuite, testing::Values(&MakeEmbeddedWorld));

}  // namespace
}  // namespace amana::store
