// Plain: POST of a ready document over one kept TLS connection.
#include "absl/strings/str_cat.h"
#include "agency-adapters/police/documents_for_test.h"
#include "agency-adapters/police/messages.h"
#include "agency-adapters/police/police_adapter.h"
#include "base/status.h"
#include "tests/bench/adapters_plain_http.h"
#include "tests/bench/adapters_side.h"
#include "tests/support/https_files.h"
#include "tests/support/police_backend.h"

namespace amana::tests {
namespace {

class PoliceSide final : public AdapterSide {
 public:
  static absl::StatusOr<std::unique_ptr<AdapterSide>> Open() {
    auto side = std::make_unique<PoliceSide>();
    AMANA_ASSIGN_OR_RETURN(side->backend_, PoliceBackend::Start(side->files_.Server()));
    AMANA_RETURN_IF_ERROR(side->backend_->KeepIn(side->world_.folder.File("police-system")));
    police::PoliceConfig config;
    config.base = side->backend_->base();
    side->url_ = config.base + "/v1/messages";
    config.client = side->files_.Client();
    AMANA_ASSIGN_OR_RETURN(side->adapter_,
                           police::PoliceAdapter::Open(config, side->world_.Context("police")));
    AMANA_ASSIGN_OR_RETURN(const police::Message message,
                           police::ReadMessage(police::CaseForTest(), "bench"));
    side->record_ = message.item.record;
    AMANA_ASSIGN_OR_RETURN(side->document_, police::WriteDelivery(side->Delivery(0)));
    side->plain_ = std::make_unique<PlainHttp>(config.client);
    return side;
  }

  const char* name() const override { return "police"; }
  const char* server() const override { return "HTTPS, a synced file"; }
  bool in_process() const override { return true; }
  runtime::Adapter& adapter() override { return *adapter_; }

  runtime::NativeDelivery Delivery(uint64_t number) const override {
    runtime::NativeDelivery delivery;
    delivery.key = BenchKey(number);
    delivery.referral = BenchReferral(number);
    delivery.sender = "haven/intake";
    delivery.recipient = "police/desk";
    delivery.service = "RESCUE";
    delivery.urgency = "NORMAL";
    delivery.record = record_;
    return delivery;
  }

  absl::Status PlainWrite(uint64_t number) override {
    headers_[0] = absl::StrCat("Idempotency-Key: ", BenchKey(number));
    return plain_->Call("POST", url_, headers_, document_);
  }

  bool reads() const override { return false; }
  absl::Status Fill(size_t, bool) override { return absl::UnimplementedError("it pushes"); }
  absl::Status PlainRead(size_t) override { return absl::UnimplementedError("it pushes"); }

 private:
  SideWorld world_;
  HttpsFiles files_;
  mapping::Record record_;
  std::string url_, document_;
  std::vector<std::string> headers_{"", "Content-Type: application/json", "Expect:"};
  std::unique_ptr<PoliceBackend> backend_;
  std::unique_ptr<police::PoliceAdapter> adapter_;
  std::unique_ptr<PlainHttp> plain_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdapterSide>> OpenPoliceSide() { return PoliceSide::Open(); }

}  // namespace amana::tests
