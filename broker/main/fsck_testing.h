// For fsck's test: a folder with a store in which there is some of everything that fsck looks at,
// and nothing wrong.
#ifndef AMANA_BROKER_MAIN_FSCK_TESTING_H_
#define AMANA_BROKER_MAIN_FSCK_TESTING_H_

#include <filesystem>
#include <string>
#include <utility>

#include "base/testing.h"
#include "broker/audit/tile_writer.h"
#include "broker/events/custody_detail.h"
#include "broker/store/embedded/embedded_store.h"
#include "broker/store/suite.h"
#include "proto/crypto/key_file.h"
#include "proto/transparency/note.h"

namespace amana::broker {

inline constexpr char kOrigin[] = "log.example/amana";
inline constexpr uint32_t kErased = 3;     // this referral is erased
inline constexpr uint32_t kLeased = 2;     // something of this one was disclosed
inline constexpr uint32_t kReferrals = 4;  // from 1

struct WholeStore {
  static absl::StatusOr<uint64_t> Append(store::Transaction& tx, v1::EventKind kind,
                                         uint32_t referral) {
    events::Event event;
    event.kind = kind;
    if (referral != 0) {
      event.referral = store::SampleKey(referral);
      event.task = 0;
      event.offer_epoch = 1;
      event.stage = v1::DISCLOSURE_STAGE_AT_OFFER;
    }
    return tx.log().Append(std::move(event));
  }
  static absl::Status Accept(store::Transaction& tx, uint32_t number) {
    events::Event event = store::SampleEvent(number);
    event.detail = events::kBeginsCustody;
    store::ReferralRecord record = store::SampleReferral(number);
    AMANA_ASSIGN_OR_RETURN(record.log_index, tx.log().Append(std::move(event)));
    AMANA_RETURN_IF_ERROR(
        tx.referrals().Accept(record, store::SampleBody(number), {store::SampleTask(number)}));
    AMANA_RETURN_IF_ERROR(tx.deliveries().Queue(store::SampleDelivery(number)));
    AMANA_RETURN_IF_ERROR(Append(tx, v1::EVENT_KIND_TASK_ROUTED, number).status());
    store::CustodyRecord custody;
    custody.subject = record.subject;
    custody.responsible = record.sender;
    custody.since = record.accepted;
    custody.referral = record.key;
    custody.log_index = record.log_index;
    custody.holder = record.sender.agency;
    return tx.custodies().Begin(custody);
  }
  static absl::Status Lease(store::Transaction& tx) {
    store::DeliveryRecord delivery = store::SampleDelivery(kLeased);
    delivery.state = v1::DELIVERY_STATE_LEASED;
    delivery.disclosed = true;
    AMANA_RETURN_IF_ERROR(tx.deliveries().Move(v1::DELIVERY_STATE_QUEUED, delivery));
    return Append(tx, v1::EVENT_KIND_DELIVERY_LEASED, kLeased).status();
  }
  static absl::StatusOr<store::StatementRecord> Say(store::Transaction& tx, v1::EventKind kind,
                                                    uint32_t number, uint32_t version) {
    events::Event event;
    event.kind = kind;
    event.consent_id = store::SampleId<ConsentId>(number);
    event.consent_version = version;
    event.statement_digest = store::SampleId<Digest>(number);
    store::StatementRecord statement = store::SampleStatement(number);
    AMANA_ASSIGN_OR_RETURN(statement.log_index, tx.log().Append(std::move(event)));
    return statement;
  }
  static absl::Status Consent(store::Transaction& tx) {
    for (const uint32_t number : {1u, 2u}) {
      AMANA_ASSIGN_OR_RETURN(const auto statement,
                             Say(tx, v1::EVENT_KIND_CONSENT_REGISTERED, number, 1));
      AMANA_RETURN_IF_ERROR(tx.consents().Register(store::SampleConsent(number, 1), statement));
    }
    AMANA_ASSIGN_OR_RETURN(const auto no, Say(tx, v1::EVENT_KIND_CONSENT_WITHDRAWN, 2, 1));
    AMANA_RETURN_IF_ERROR(
        tx.consents().Withdraw(store::SampleId<ConsentId>(2), store::SampleTime(), no));
    AMANA_ASSIGN_OR_RETURN(const auto not_to, Say(tx, v1::EVENT_KIND_EXCLUSION_REGISTERED, 5, 0));
    return tx.consents().RegisterExclusion(store::SampleExclusion(5), not_to);
  }

  static store::EmbeddedOptions Options(const std::string& folder, const Clock& clock,
                                        const crypto::Ed25519PrivateKey& key) {
    return {.directory = folder + "/data/store",
            .clock = &clock,
            .log_key = key,
            .origin = kOrigin,
            .key_block = 64};
  }
  void Make() {
    AMANA_ASSERT_OK(crypto::WriteKeyFile(dir.File("log.key"), key.ToPem().value()));
    const auto made = *store::OpenEmbeddedStore(Options(dir.path(), clock, key));
    for (uint32_t i = 1; i <= kReferrals; ++i) {
      AMANA_ASSERT_OK(made->CommitAndWait([i](store::Transaction& tx) { return Accept(tx, i); }));
    }
    AMANA_ASSERT_OK(made->CommitAndWait(Lease));
    AMANA_ASSERT_OK(made->CommitAndWait(Consent));
    std::filesystem::copy(dir.File("data/store/keys.amana"), dir.File("keys-before"));
    AMANA_ASSERT_OK(made->CommitAndWait([](store::Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(tx.erasures().Erase(store::SampleKey(kErased)).status());
      return Append(tx, v1::EVENT_KIND_REFERRAL_ERASED, kErased).status();
    }));
    AMANA_ASSERT_OK(made->CommitAndWait([](store::Transaction& tx) -> absl::Status {
      for (int i = 0; i < 300; ++i) {
        AMANA_RETURN_IF_ERROR(Append(tx, v1::EVENT_KIND_AUDIT_READ, 0).status());
      }
      return absl::OkStatus();
    }));
    const auto log = transparency::NoteSigner::Create(kOrigin, key)->verifier();
    audit::TileWriter tiles(made.get(), &RealFileSystem(), dir.File("data/tiles"), log,
                            [](const absl::Status&) {});
    AMANA_ASSERT_OK(tiles.Derive());
    made->Close();
  }

  TempDir dir;
  FakeClock clock{store::SampleTime()};
  crypto::Ed25519PrivateKey key = *crypto::Ed25519PrivateKey::Generate();
};

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_FSCK_TESTING_H_
