#include "agency-adapters/police/case_index.h"

#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::police {
namespace {

TEST(CaseIndexTest, OneCaseOfANumberIsFoundAndSeveralAreNone) {
  const TempDir folder;
  auto index = *CaseIndex::Open(folder.path());
  EXPECT_EQ(ErrorReason(index->Find("OB/1", CaseSide::kReceived).status()), "CASE_UNKNOWN");
  AMANA_ASSERT_OK(index->Add("OB/1", "d1", CaseSide::kReceived));
  AMANA_ASSERT_OK(index->Add("OB/1", "d1", CaseSide::kReceived));
  EXPECT_EQ(*index->Find("OB/1", CaseSide::kReceived), "d1");
  EXPECT_EQ(ErrorReason(index->Find("OB/1", CaseSide::kOwn).status()), "CASE_UNKNOWN");
  AMANA_ASSERT_OK(index->Add("OB/1", "own", CaseSide::kOwn));
  EXPECT_EQ(*index->Find("OB/1", CaseSide::kReceived), "d1");
  AMANA_ASSERT_OK(index->Add("OB/1", "d2", CaseSide::kReceived));
  const absl::Status status = index->Find("OB/1", CaseSide::kReceived).status();
  EXPECT_EQ(ErrorReason(status), "CASE_AMBIGUOUS");
  EXPECT_EQ(ErrorField(status), "x:NationalPoliceCase/x:OBNumber");
  EXPECT_EQ(status.ToString().find("OB/1"), std::string::npos);
}

TEST(CaseIndexTest, ACaseIsPendingUntilItsNumberIsKnownOrItIsGivenUp) {
  const TempDir folder;
  auto index = *CaseIndex::Open(folder.path());
  AMANA_EXPECT_OK(index->CheckPending("", "f"));
  AMANA_ASSERT_OK(index->Await({"d1", "d2"}));
  AMANA_ASSERT_OK(index->Add("OB/1", "d1", CaseSide::kReceived));
  AMANA_EXPECT_OK(index->CheckPending("d1", "f"));
  EXPECT_EQ(ErrorReason(index->CheckPending("d2", "f")), "CASE_PENDING");
  EXPECT_EQ(ErrorReason(index->CheckPending("", "f")), "CASE_PENDING");
  AMANA_ASSERT_OK(index->Forget("d2"));
  AMANA_EXPECT_OK(index->CheckPending("", "f"));
}

TEST(CaseIndexTest, IsThereAfterAStart) {
  const TempDir folder;
  AMANA_ASSERT_OK((*CaseIndex::Open(folder.path()))->Add("OB/1", "d1", CaseSide::kReceived));
  auto index = *CaseIndex::Open(folder.path());
  EXPECT_EQ(*index->Find("OB/1", CaseSide::kReceived), "d1");
  AMANA_EXPECT_OK(index->Check("d1", CaseSide::kReceived));
  const absl::Status status = index->Check("d1", CaseSide::kOwn);
  EXPECT_EQ(ErrorReason(status), "CASE_UNKNOWN");
  EXPECT_EQ(ErrorField(status), "x:Decision/x:CaseReference");
}

}  // namespace
}  // namespace amana::police
