// What was reported done is there after the process was killed, or its files were copied, at any
// moment; and the log goes on from there.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "broker/store/embedded/testing.h"
#include "gtest/gtest.h"
#include "proto/transparency/compact_range.h"

namespace amana::store {
namespace {

// Every referral up to `last` is whole, and the log verifies (Open does that) and has its events.
void ExpectWhole(EmbeddedWorld& world, int64_t last) {
  auto store = world.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  const auto look = (*store)->Read().value();
  for (int64_t i = 0; i <= last; ++i) {
    const uint32_t number = static_cast<uint32_t>(i);
    const auto referral = look->referrals().Find(SampleKey(number)).value();
    ASSERT_TRUE(referral.has_value()) << "reported done, and lost: " << i;
    EXPECT_EQ(look->referrals().ReadBody(SampleKey(number)).value(), SampleBody(number));
    EXPECT_TRUE(look->deliveries().Find(SampleDelivery(number).key).value().has_value());
    const auto event = look->log().ReadEvents(referral->log_index, 1).value();
    ASSERT_EQ(event.size(), 1u);
    EXPECT_EQ(event[0].event.referral, SampleKey(number));
  }
  const LogHead head = look->log().Head().value();
  transparency::CompactRange tree;
  const auto leaves = look->log().LeafHashes(0, head.size + 10).value();
  for (const Digest& leaf : leaves) tree.Append(leaf);
  EXPECT_EQ(tree.size(), head.size);
  EXPECT_EQ(tree.Root(), head.root);
  const auto more = (*store)->CommitAndWait(AcceptSample(1'000'000));
  AMANA_EXPECT_OK(more);
}

// Commits referrals 0, 1, 2, ... for ever, in order, and tells through the pipe which are done.
[[noreturn]] void CommitForEver(const EmbeddedOptions& options, int pipe_end) {
  auto store = OpenEmbeddedStore(options);
  if (!store.ok()) _exit(1);
  std::atomic<int> in_flight = 0;
  for (uint32_t i = 0;; ++i) {
    while (in_flight > 40) usleep(100);
    ++in_flight;
    (*store)->Commit(AcceptSample(i), [&in_flight, pipe_end, i](const auto& outcome) {
      if (!outcome.ok() || write(pipe_end, &i, sizeof i) != sizeof i) _exit(2);
      --in_flight;
    });
  }
}

TEST(CrashTest, KilledAtAnyMoment) {
  for (int milliseconds : {30, 60, 90, 170, 260}) {
    EmbeddedWorld world([](EmbeddedOptions& options) { options.checkpoint_pages = 50; });
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) CommitForEver(world.options(), pipe_ends[1]);
    close(pipe_ends[1]);
    // The time begins with the first that is done, however slow the machine is.
    uint32_t number = 0;
    int64_t last = -1;
    if (read(pipe_ends[0], &number, sizeof number) == sizeof number) last = number;
    EXPECT_EQ(last, 0);
    usleep(static_cast<useconds_t>(milliseconds) * 1000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    while (read(pipe_ends[0], &number, sizeof number) == sizeof number) last = number;
    close(pipe_ends[0]);
    ExpectWhole(world, last);
  }
}

TEST(CrashTest, ACopyOfTheFilesBetweenCommitsIsAStore) {
  EmbeddedWorld world;
  auto store = world.Open().value();
  for (uint32_t i = 0; i < 40; ++i) {
    AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(i)));
    if (i % 10 != 9) continue;
    TempDir copy;
    std::filesystem::copy(world.directory(), copy.File("store"));
    EmbeddedOptions options = world.options();
    options.directory = copy.File("store");
    auto copied = OpenEmbeddedStore(options);
    ASSERT_TRUE(copied.ok()) << copied.status();
    EXPECT_EQ((*copied)->Read().value()->log().Head()->size, i + 2);
  }
}

TEST(CrashTest, ASecondStoreOnTheDirectoryIsRefused) {
  EmbeddedWorld world;
  auto store = world.Open().value();
  EXPECT_EQ(ErrorReason(world.Open().status()), "ALREADY_RUNNING");
  store->Close();
  AMANA_EXPECT_OK(world.Open());
}

TEST(CrashTest, FilesAreForTheirOwnerAlone) {
  EmbeddedWorld world;
  auto store = world.Open().value();
  AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(1)));
  namespace fs = std::filesystem;
  EXPECT_EQ(fs::status(world.directory()).permissions(), fs::perms::owner_all);
  for (const auto& entry : fs::directory_iterator(world.directory())) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << entry.path();
  }
  store.reset();
  fs::permissions(world.directory(), fs::perms::owner_all | fs::perms::group_read);
  EXPECT_EQ(ErrorReason(world.Open().status()), "FILE_PERMISSION");
}

}  // namespace
}  // namespace amana::store
