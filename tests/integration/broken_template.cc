// The template adapter, broken as $AMANA_BROKEN says, for the test of the conformance kit:
//   doubles    knows no keys: each Deliver writes one more form, and Find finds none
//   keeps      a recall is answered, and nothing is deleted
//   defaults   reads a mapping of its own, in which a code is any text
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agency-adapters/runtime/program.h"
#include "agency-adapters/template/adapter.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana {
namespace {

std::string Broken() {
  const char* const how = std::getenv("AMANA_BROKEN");
  return how == nullptr ? "" : how;
}

class BrokenAdapter final : public runtime::Adapter {
 public:
  BrokenAdapter(std::unique_ptr<runtime::Adapter> inner, std::string folder)
      : inner_(std::move(inner)), folder_(std::move(folder)) {}

  absl::StatusOr<std::vector<runtime::NativeItem>> Poll(size_t limit) override {
    return inner_->Poll(limit);
  }
  absl::Status Settle(const std::string& key, const runtime::Settlement& told) override {
    return inner_->Settle(key, told);
  }
  absl::StatusOr<std::string> Deliver(const runtime::NativeDelivery& d) override {
    if (Broken() == "keeps" && d.kind == runtime::DeliveryKind::kRecall) return "kept";
    if (Broken() != "doubles") return inner_->Deliver(d);
    const std::string name = absl::StrCat("copy-", ::getpid(), "-", ++copies_);
    const nlohmann::json form = {{"key", d.key}, {"fields", d.record.fields}};
    AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(folder_ + "/out/" + name + ".json",
                                                           form.dump(2), kPrivateFile));
    return name;
  }
  absl::StatusOr<std::optional<std::string>> Find(const std::string& key) override {
    if (Broken() == "doubles") return std::nullopt;
    return inner_->Find(key);
  }
  runtime::Health Check() override { return inner_->Check(); }
  absl::StatusOr<std::vector<runtime::NativeItem>> Decode(std::string_view bytes) const override {
    return inner_->Decode(bytes);
  }

 private:
  const std::unique_ptr<runtime::Adapter> inner_;
  const std::string folder_;
  int copies_ = 0;
};

runtime::AdapterOpener BrokenFactory(const ConfigTable& native) {
  return [open = forms::FactoryOf(native),
          folder = native.Path("folder")](const runtime::AdapterContext& context)
             -> absl::StatusOr<std::unique_ptr<runtime::Adapter>> {
    AMANA_ASSIGN_OR_RETURN(auto inner, open(context));
    return std::make_unique<BrokenAdapter>(std::move(inner), folder);
  };
}

// The configuration beside the given one, with the other mapping.
std::string OtherConfig(const std::string& config) {
  const std::string text = RealFileSystem().Read(config).value_or("");
  std::string other = config + ".other";
  RealFileSystem()
      .WriteAtomically(other,
                       absl::StrReplaceAll(text, {{"template.mapping.toml", "any.mapping.toml"}}),
                       kPrivateFile)
      .IgnoreError();
  return other;
}

}  // namespace
}  // namespace amana

int main(int argc, char** argv) {
  std::string other;
  for (int i = 1; i + 1 < argc && amana::Broken() == "defaults"; ++i) {
    if (std::string(argv[i]) != "--config") continue;
    other = amana::OtherConfig(argv[i + 1]);
    argv[i + 1] = other.data();
  }
  return amana::runtime::RunAdapter("broken-template", argc, argv, amana::BrokenFactory);
}
