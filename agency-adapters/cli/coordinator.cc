// `amana coordinator`: the queue of a coordinating agency, and what is done about its items.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/queue_text.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/coordination.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/codes/codes.h"

namespace amana::cli {
namespace {

constexpr uint32_t kPage = 200;

struct ListOptions {
  std::string assignee;
  uint32_t limit = 200;
};

struct ActOptions {
  uint64_t item = 0;
  std::string to, code, reason;
};

absl::StatusOr<std::vector<v1::QueueItem>> ReadQueue(Context& context, const std::string& assignee,
                                                     size_t limit) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  std::vector<v1::QueueItem> items;
  v1::ListQueueRequest request;
  request.set_assignee(assignee);
  do {
    request.set_page_size(static_cast<uint32_t>(std::min<size_t>(kPage, limit - items.size())));
    AMANA_ASSIGN_OR_RETURN(v1::ListQueueResponse page, client->Call(sdk::kListQueue, request));
    for (v1::QueueItem& item : *page.mutable_items()) items.push_back(std::move(item));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && items.size() < limit);
  return items;
}

Result List(Context& context, const ListOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::QueueItem> items,
                         ReadQueue(context, o.assignee, o.limit));
  Report report;
  report.json = Json::array();
  for (const v1::QueueItem& item : items) report.json.push_back(ToJson(item));
  report.text = items.empty() ? "nothing waits\n" : ToText(items);
  return report;
}

// An item of the queue, by its number.
absl::StatusOr<v1::QueueItem> FindItem(Context& context, uint64_t number) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::QueueItem> items,
                         ReadQueue(context, "", std::numeric_limits<size_t>::max()));
  const auto found = std::ranges::find(items, number, &v1::QueueItem::item);
  if (found != items.end()) return *found;
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "item",
                   "there is no open item of this number");
}

Result Act(Context& context, const ActOptions& o, v1::CoordinatorAct act) {
  AMANA_ASSIGN_OR_RETURN(const v1::QueueItem item, FindItem(context, o.item));
  act.set_item(item.item());
  *act.mutable_referral() = item.referral();
  act.set_task(item.task());
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(
      const int64_t entry,
      sdk::Coordination(*identity, *mailbox, context.clock()).Act(std::move(act)));
  Report report;
  report.json = {{"item", o.item}};
  report.text = "item " + std::to_string(o.item) + "\n";
  AMANA_RETURN_IF_ERROR(SendAnswer(context, entry, report));
  return report;
}

Result Assign(Context& context, const ActOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* signer, identity->PersonSigner());
  v1::CoordinatorAct act;
  act.set_kind(v1::COORDINATOR_ACT_KIND_ASSIGN);
  const std::optional<PersonId>& me = signer->certificate.spiffe().person;
  act.set_assignee(!o.to.empty() ? o.to : me.value_or(PersonId()).value());
  if (!PersonId::Create(act.assignee()).ok()) {
    return UsageError("--to", "expected a person's id");
  }
  return Act(context, o, std::move(act));
}

Result Annotate(Context& context, const ActOptions& o) {
  v1::CoordinatorAct act;
  act.set_kind(v1::COORDINATOR_ACT_KIND_ANNOTATE);
  AMANA_ASSIGN_OR_RETURN(const auto code, CodeOption<v1::Annotation>("--code", o.code));
  act.set_annotation(code);
  return Act(context, o, std::move(act));
}

Result Name(Context& context, const ActOptions& o) {
  v1::CoordinatorAct act;
  act.set_kind(v1::COORDINATOR_ACT_KIND_NAME);
  if (!o.to.empty()) {
    AMANA_ASSIGN_OR_RETURN(const Address address, AddressOption("--to", o.to));
    *act.mutable_recipient() = sdk::ToWire(address);
  }
  return Act(context, o, std::move(act));
}

Result Close(Context& context, const ActOptions& o) {
  v1::CoordinatorAct act;
  act.set_kind(v1::COORDINATOR_ACT_KIND_CLOSE);
  AMANA_ASSIGN_OR_RETURN(const auto reason, CodeOption<v1::Reason>("--reason", o.reason));
  if (codes::KindOf(reason) != codes::ReasonKind::kCancel) {
    return UsageError("--reason",
                      "expected SENT_IN_ERROR, NO_LONGER_NEEDED, PERSON_WITHDREW or SUPERSEDED");
  }
  act.set_reason(reason);
  return Act(context, o, std::move(act));
}

CLI::Option* AddItem(CLI::App& command, ActOptions& o) {
  return command.add_option("item", o.item, "The item, as `amana coordinator list` names it")
      ->required();
}

void RegisterList(CLI::App& parent, Context& context) {
  AddCommand<ListOptions>(
      parent, context, "list",
      "What waits for a coordinator: alerts first, then the most urgent, then the oldest; no case "
      "content",
      "  amana coordinator list\n  amana coordinator list --assignee asha --json\n",
      [](CLI::App& command, ListOptions& o) {
        command.add_option("--assignee", o.assignee, "Only what this person works on");
        command.add_option("--limit", o.limit, "At most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 100000));
      },
      List);
}

}  // namespace

void RegisterCoordinator(CLI::App& parent, Context& context) {
  RegisterList(parent, context);
  AddCommand<ActOptions>(
      parent, context, "assign", "Say who works on an item; by default whose key this is",
      "  amana coordinator assign 4711\n  amana coordinator assign 4711 --to asha\n",
      [](CLI::App& command, ActOptions& o) {
        AddItem(command, o);
        command.add_option("--to", o.to, "A person of this agency");
      },
      Assign);
  AddCommand<ActOptions>(
      parent, context, "annotate", "Note by code what was done about an item",
      "  amana coordinator annotate 4711 --code RECIPIENT_CONTACTED\n",
      [](CLI::App& command, ActOptions& o) {
        AddItem(command, o);
        command
            .add_option("--code", o.code,
                        NamesOf(*google::protobuf::GetEnumDescriptor<v1::Annotation>()))
            ->required();
      },
      Annotate);
  AddCommand<ActOptions>(
      parent, context, "name",
      "Have it offered to somebody: whom nobody was found for, or whose recipient has missed its "
      "time; "
      "consent is asked first, and the last one's copy recalled",
      "  amana coordinator name 4711 --to shelter-b/home\n"
      "  amana coordinator name 4711          (the next candidate)\n",
      [](CLI::App& command, ActOptions& o) {
        AddItem(command, o);
        command.add_option("--to", o.to, "AGENCY/UNIT");
      },
      Name);
  AddCommand<ActOptions>(
      parent, context, "close",
      "Nothing more is to be done: what nobody serves is cancelled, the item is closed",
      "  amana coordinator close 4711 --reason NO_LONGER_NEEDED\n",
      [](CLI::App& command, ActOptions& o) {
        AddItem(command, o);
        command
            .add_option("--reason", o.reason,
                        "SENT_IN_ERROR, NO_LONGER_NEEDED, PERSON_WITHDREW or SUPERSEDED")
            ->required();
      },
      Close);
}

}  // namespace amana::cli
