// Both ends' mail keys, and mails as the ministry writes them. SYNTHETIC.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_AFFAIRS_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_AFFAIRS_FOR_TEST_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/smime.h"
#include "agency-adapters/foreign-affairs/tag.h"
#include "base/testing.h"
#include "tests/support/mail_pki.h"

namespace amana::foreign_affairs {

inline constexpr char kOurs[] = "broker@referral.example.ke";
inline constexpr char kTheirs[] = "desk@mfa.example.ke";

struct MailWorld {
  TempDir dir;
  tests::MailParty ours = tests::MakeMailParty(dir.path(), "broker", tests::MailKey::kP256);
  tests::MailParty ministry = tests::MakeMailParty(dir.path(), "desk", tests::MailKey::kRsa2048);
  tests::MailParty stranger = tests::MakeMailParty(dir.path(), "stranger", tests::MailKey::kP256);
  MailKeys keys{
      ours.Identity(), ours.Identity(), {ministry.Certificate()}, {ministry.Certificate()}};
  absl::Time now = ours.Certificate().not_after() - absl::Hours(24);

  // As the ministry's program has it: the other way round.
  MailKeys Theirs(const tests::MailParty& signer) const {
    return {signer.Identity(), ministry.Identity(), {ours.Certificate()}, {ours.Certificate()}};
  }
  // A mail of the ministry's: signed by `signer`, encrypted to us.
  std::string Write(const std::string& subject, const std::string& content,
                    const tests::MailParty& signer, const std::string& from = kTheirs) const {
    const Envelope envelope{from, kOurs, subject, "1@mfa.example.ke", now};
    return *SealMail(Theirs(signer), envelope, content, now);
  }
  // Its answer `text` to `reference`, quoting our mail.
  std::string Answer(const Reference& reference, const std::string& text) const {
    return Write(
        "Re: " + SubjectOf(reference.tag),
        WriteContent(absl::StrCat(text, "\r\n\r\n> ", ReferenceText(reference), "\r\n"), ""),
        ministry);
  }
};

inline const MailWorld& World() {
  static const auto* const world = new MailWorld();
  return *world;
}

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_AFFAIRS_FOR_TEST_H_
