#include "broker/operations/event_scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"

namespace amana::operations {
namespace {

using store::kEventBlock;

constexpr size_t kEnough = 256;           // events a slice, but for the rest of a block
constexpr int kBlocks = 512;              // a slice: some milliseconds where nothing is found
constexpr uint64_t kWithoutIndex = 1000;  // events a slice

absl::Status AddAll(const store::Log& log, uint64_t end, EventSlice& slice) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::StoredEvent> events,
                         log.ReadEvents(slice.upto, end - slice.upto));
  for (store::StoredEvent& each : events) slice.events.push_back(std::move(each));
  slice.upto = end;
  return absl::OkStatus();
}

absl::Status AddFound(const store::Log& log, uint64_t block, const std::vector<uint16_t>& places,
                      uint64_t end, EventSlice& slice) {
  for (const uint16_t place : places) {
    const uint64_t index = block * kEventBlock + place;
    if (index < slice.upto || index >= end) continue;
    AMANA_ASSIGN_OR_RETURN(std::vector<store::StoredEvent> events, log.ReadEvents(index, 1));
    for (store::StoredEvent& each : events) slice.events.push_back(std::move(each));
  }
  slice.upto = end;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EventSlice> ScanEvents(const store::Log& log, const store::TermGroups& groups,
                                      uint64_t first, uint64_t end) {
  EventSlice slice;
  slice.upto = first;
  if (groups.empty()) {
    if (first < end) {
      AMANA_RETURN_IF_ERROR(AddAll(log, std::min(end, first + kWithoutIndex), slice));
    }
    return slice;
  }
  for (int i = 0; i < kBlocks && slice.upto < end && slice.events.size() < kEnough; ++i) {
    const uint64_t block = slice.upto / kEventBlock;
    const uint64_t block_end = std::min(end, (block + 1) * kEventBlock);
    AMANA_ASSIGN_OR_RETURN(const std::optional<std::vector<uint16_t>> places,
                           log.FindInBlock(block, groups));
    if (places.has_value()) {
      AMANA_RETURN_IF_ERROR(AddFound(log, block, *places, block_end, slice));
    } else {
      AMANA_RETURN_IF_ERROR(AddAll(log, block_end, slice));
    }
  }
  return slice;
}

}  // namespace amana::operations
