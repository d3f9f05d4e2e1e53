// What a broker, or whoever sits in its place, can make a recipient believe: parts of deliveries
// mixed and changed at will. Whatever opens is what the sender sealed, under the header it signed.
#include <array>
#include <map>
#include <string>

#include "amana/v1/delivery_service.pb.h"
#include "base/status.h"
#include "proto/envelope/delivery.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

// Two referrals of one sender, each with a companion for both recipients.
const std::array<v1::Submission, 2>& Submissions() {
  static const auto* const both = new std::array<v1::Submission, 2>{
      envelope::SampleSubmission('r').submission, envelope::SampleSubmission('s').submission};
  return *both;
}

v1::Delivery Mixed(uint8_t which) {
  const auto& from = Submissions();
  v1::Delivery delivery;
  *delivery.mutable_header() = from[which & 1].header();
  *delivery.mutable_grant() = from[which >> 1 & 1].grants(which >> 2 & 1);
  *delivery.mutable_openings() = from[which >> 3 & 1].openings();
  *delivery.mutable_sections() = from[which >> 4 & 1].sections();
  if ((which & 32) != 0) {
    delivery.add_withheld_slots(delivery.openings(1).slot());
    delivery.mutable_openings()->DeleteSubrange(1, 1);
    delivery.mutable_sections()->DeleteSubrange(1, 1);
  }
  return delivery;
}

void RequireSealed(const envelope::OpenedDelivery& opened, const v1::SignedEnvelope& header) {
  static const auto* const contents = [] {
    auto* all = new std::map<v1::Category, std::string>;
    const envelope::SubmissionDraft draft = envelope::SampleDraft();
    for (const auto& section : draft.sections) {
      all->emplace(section.category, std::string(section.content));
    }
    return all;
  }();
  const auto& from = Submissions();
  Require(header.payload() == from[0].header().payload() ||
              header.payload() == from[1].header().payload(),
          "the header is one that was signed");
  for (const envelope::OpenedSection& section : opened.sections) {
    const auto content = contents->find(section.category);
    Require(content != contents->end() && content->second == section.content,
            "a section is what was sealed");
  }
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds =
      new std::vector<std::string>{std::string("\0", 1),
                                   "\x1b",
                                   "\x24",
                                   std::string("\0\0\0\x80\1", 5),
                                   std::string("\x20\2\1\1\1\0\0\x80\1", 9),
                                   std::string("\4\6\x0b\0\x20", 5)};
  return *seeds;
}

bool Check(std::string_view bytes) {
  static const auto* const identities = new std::vector<envelope::SealingIdentity>{
      envelope::SampleSealer("shelter-a/intake"), envelope::SampleSealer("iom-a/protection")};
  Input input(bytes);
  const v1::Delivery mixed = Mixed(input.Byte());
  v1::Delivery delivery;
  if (!delivery.ParseFromString(Edited(envelope::Serialize(mixed), input))) return false;
  const auto opened =
      envelope::OpenDelivery({delivery.header(), delivery.grant(), delivery.openings(),
                              delivery.sections(), delivery.withheld_slots()},
                             {envelope::SampleSigner().certificate, std::nullopt}, *identities);
  if (!opened.ok()) return RequireReason(opened.status());
  RequireSealed(*opened, delivery.header());
  return true;
}

}  // namespace amana::fuzz
