// For tests: services as gRPC runs them, with mutual TLS, over a store and a clock of the test's.
#ifndef AMANA_BROKER_RPC_TESTING_H_
#define AMANA_BROKER_RPC_TESTING_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "base/metrics.h"
#include "base/testing.h"
#include "broker/operations/notice_hub.h"
#include "broker/operations/testing.h"
#include "broker/rpc/executor.h"
#include "broker/rpc/front.h"
#include "broker/rpc/open_streams.h"
#include "broker/rpc/rate_limit.h"
#include "broker/rpc/refusals.h"
#include "broker/rpc/server.h"
#include "broker/rpc/services.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

namespace amana::rpc {

class ServedTest : public testing::Test {
 protected:
  // What SetUp() of a test hands to Serve() is made of these.
  Parts parts() {
    return {.front = &front_,
            .context = &world_.context(),
            .streams = &streams_,
            .notices = &notices_,
            .read_tile = {}};
  }
  // Serves until the test ends; what is committed wakes the dispatcher.
  void Serve(std::vector<ServicePtr> services);
  void TearDown() override;

  // A connection of its own whose flow-control window stays what it is.
  std::shared_ptr<grpc::Channel> Connect(const tests::TestIdentity& who) const;

  operations::World world_;
  Metrics metrics_;
  Executor executor_{{.threads = 1}};
  RateLimiter limiter_{{}, &world_.clock()};
  Refusals refusals_{&metrics_};
  OpenStreams streams_;
  operations::NoticeHub notices_;
  Front front_{{.clock = &world_.clock(),
                .trust = world_.context().trust,
                .executor = &executor_,
                .limiter = &limiter_,
                .refusals = &refusals_,
                .metrics = &metrics_}};

 private:
  TempDir keys_;
  std::unique_ptr<Server> server_;
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_TESTING_H_
