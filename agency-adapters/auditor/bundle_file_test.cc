#include "agency-adapters/auditor/bundle_file.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "tests/support/test_pki.h"

namespace amana::auditor {
namespace {

sdk::SigningIdentity Signer() {
  const auto& signer = tests::TestSigner("police-a", crypto::Role::kSystem, "desk");
  return {signer.certificate, signer.key};
}

v1::EvidenceBundle Sample() {
  v1::EvidenceBundle bundle;
  *bundle.mutable_meta() = envelope::MakeMeta(Signer().certificate, envelope::SampleTime());
  bundle.set_log("test.amana.example/log");
  bundle.set_purpose("Case 12/2031");
  bundle.mutable_question();
  bundle.add_events()->set_index(7);
  return bundle;
}

TEST(BundleFileTest, WhatIsWrittenIsRead) {
  const std::string evidence = envelope::Serialize(Sample());
  const auto written = WriteBundleFile("Words.\n", evidence, Signer());
  AMANA_ASSERT_OK(written.status());
  const auto read = ReadBundleFile(*written);
  AMANA_ASSERT_OK(read.status());
  EXPECT_EQ(read->statement, "Words.\n");
  EXPECT_EQ(read->evidence, evidence);
  EXPECT_EQ(read->certificate, Signer().certificate);
  AMANA_EXPECT_OK(VerifyBundleSignature(*read));
  AMANA_EXPECT_OK(ParseEvidence(read->evidence).status());
}

TEST(BundleFileTest, ThereIsOneForm) {
  const std::string whole = *WriteBundleFile("Words.\n", envelope::Serialize(Sample()), Signer());
  const auto with = [&](std::string_view find, std::string_view put) {
    std::string changed = whole;
    const size_t at = changed.find(find);
    EXPECT_NE(at, std::string::npos) << find;
    changed.replace(at, find.size(), put);
    return changed;
  };
  const std::string cases[] = {
      "",
      "AMANA EVIDENCE BUNDLE 1\n",
      with("BUNDLE 1", "BUNDLE 2"),
      with("-----END EVIDENCE-----\n", "\n-----END EVIDENCE-----\n"),
      with("-----END EVIDENCE-----\n", "-----END EVIDENCE-----\nmore\n"),
      with("-----BEGIN SIGNATURE-----\n", "-----BEGIN SIGNATURE-----\r\n"),
      with("-----BEGIN EVIDENCE-----\n", "-----BEGIN EVIDENCE-----\n====\n"),
      with("-----BEGIN EVIDENCE-----\n", "-----BEGIN EVIDENCE-----\n\xff"),
      whole + "\n",
      whole + whole,
      whole.substr(0, whole.size() - 1),
      " " + whole,
  };
  for (const std::string& bytes : cases) {
    EXPECT_EQ(ErrorReason(ReadBundleFile(bytes).status()), "BUNDLE_MALFORMED") << bytes;
  }
  EXPECT_EQ(ErrorReason(ReadBundleFile(std::string(kMaxBundleBytes + 1, 'x')).status()),
            "BUNDLE_TOO_LARGE");
}

TEST(BundleFileTest, OtherWordsAreNotSigned) {
  std::string whole = *WriteBundleFile("Words.\n", envelope::Serialize(Sample()), Signer());
  whole.replace(whole.find("Words"), 5, "Lies!");
  const auto read = ReadBundleFile(whole);
  AMANA_ASSERT_OK(read.status());
  EXPECT_EQ(ErrorReason(VerifyBundleSignature(*read)), "SIGNATURE_INVALID");
}

TEST(BundleFileTest, EvidenceIsBoundedAndCanonical) {
  const auto reason = [](const std::function<void(v1::EvidenceBundle&)>& change) {
    v1::EvidenceBundle bundle = Sample();
    change(bundle);
    return ErrorReason(ParseEvidence(envelope::Serialize(bundle)).status());
  };
  EXPECT_EQ(reason([](v1::EvidenceBundle&) {}), "");
  const std::function<void(v1::EvidenceBundle&)> cases[] = {
      [](v1::EvidenceBundle& b) { b.clear_meta(); },
      [](v1::EvidenceBundle& b) { b.mutable_meta()->set_suite(2); },
      [](v1::EvidenceBundle& b) { b.mutable_meta()->set_cert_id("short"); },
      [](v1::EvidenceBundle& b) { b.clear_purpose(); },
      [](v1::EvidenceBundle& b) { b.set_purpose("two\nlines"); },
      [](v1::EvidenceBundle& b) {
        for (int i = 0; i <= kMaxBundleEvents; ++i) b.add_others();
      },
      [](v1::EvidenceBundle& b) {
        for (int i = 0; i <= kMaxBundleRanges; ++i) b.add_ranges();
      },
      [](v1::EvidenceBundle& b) {
        for (int i = 0; i <= kMaxBundleTimestamps; ++i) b.add_timestamps("x");
      },
      [](v1::EvidenceBundle& b) {
        for (int i = 0; i <= kMaxBundleCertificates; ++i) b.add_issuers("x");
      }};
  for (const auto& change : cases) EXPECT_EQ(reason(change), "BUNDLE_MALFORMED");
  const std::string bytes = envelope::Serialize(Sample());
  // An unknown field; one field twice; a length beyond the end.
  for (const std::string& more :
       {std::string("\xfa\x07\x00", 3), bytes, std::string("\x32\x7f", 2)}) {
    EXPECT_EQ(ErrorReason(ParseEvidence(bytes + more).status()), "BUNDLE_MALFORMED");
  }
}

TEST(BundleFileTest, APurposeIsOneLineThatReadsAsItIsWritten) {
  AMANA_EXPECT_OK(CheckPurpose("Kesi ya mahakama 12/2031 – ushahidi"));
  AMANA_EXPECT_OK(CheckPurpose(std::string(500, 'x')));
  for (const std::string& wrong :
       {std::string(), std::string(501, 'x'), std::string("a\nb"), std::string("a\tb"),
        std::string("a\x7f"), std::string("a\xc2\x85"),
        std::string("\xe2\x80\xae"
                    "abc"),
        std::string("\xe2\x81\xa6"
                    "abc"),
        std::string("\xe2\x80\xa8"), std::string("\xff")}) {
    EXPECT_EQ(ErrorReason(CheckPurpose(wrong)), "BUNDLE_MALFORMED") << wrong;
  }
}

}  // namespace
}  // namespace amana::auditor
