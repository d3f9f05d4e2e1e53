#include "broker/events/custody_detail.h"

#include "gtest/gtest.h"

namespace amana::events {
namespace {

TEST(CustodyDetail, SaysWhoIsResponsible) {
  const Digest first = *Digest::FromBytes(std::string(32, 'd'));
  const Address haven = *ParseAddress("haven/intake", "unit");
  const std::string detail = TransferDetail(first, haven);
  EXPECT_EQ(detail, first.bytes().append("haven/intake"));
  EXPECT_EQ(ResponsibleFrom(detail), haven);
  for (const std::string_view tail : {"", "haven/intake/x", "haven", "Haven/intake"}) {
    const std::string other = first.bytes().append(tail);
    EXPECT_EQ(ResponsibleFrom(other), std::nullopt) << tail;
  }
  EXPECT_EQ(ResponsibleFrom(""), std::nullopt);
}

}  // namespace
}  // namespace amana::events
