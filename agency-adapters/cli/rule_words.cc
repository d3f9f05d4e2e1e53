#include "agency-adapters/cli/rule_words.h"

#include <iterator>

namespace amana::cli {
namespace {

// By number.
constexpr RuleWords kWords[] = {
    {"The referral holds a code that nobody here knows.", "Correct the referral."},
    {"A signature on the consent or on the referral is not right.",
     "Sign it again with a registered key; if that does not help, call the operator."},
    {"There is no consent of the person for this.",
     "Ask the person. Record the consent, and attach it: `amana consent attach`."},
    {"The person's consent covers it.", ""},
    {"The person's consent has not begun yet.",
     "Wait until it begins, or ask the person for one that begins now."},
    {"The person's consent has ended.", "Ask the person whether to renew it."},
    {"The person took the consent back before it was delivered.",
     "Nothing can go unless the person agrees anew."},
    {"The person took the consent back while it was being delivered.",
     "Nothing can go unless the person agrees anew."},
    {"The person took the consent back after it was delivered.",
     "Nothing more can go unless the person agrees anew."},
    {"Not all parts are covered; the others stay behind.",
     "Ask the person whether these parts may go too."},
    {"The consent does not cover a part that the service needs.",
     "Ask the person about this part, or ask for another service."},
    {"The consent is for other purposes.", "Ask the person whether it may be used for this too."},
    {"The consent does not cover this recipient.",
     "Ask the person about this recipient, or choose one that the consent covers."},
    {"The person wants this recipient kept out.",
     "Choose another recipient. Only a court order changes this."},
    {"A child, or somebody whose age is not known, has agreed alone, or was not asked.",
     "Ask a parent, a guardian or a Children Officer for consent, and record what the child says."},
    {"The guardian may have another interest than the child, or the child says no.",
     "Ask a Children Officer or a court to decide in the guardian's place."},
    {"A Children Officer has decided that it is best for the child.", ""},
    {"A guardian agreed, and the person comes of age before that consent ends.",
     "Ask for one that ends before that day; from then on ask the person, and attach that "
     "consent."},
    {"A life is in danger; persons who may do so have approved it without consent.", ""},
    {"A law or a court demands it; persons who may do so have approved it without consent.", ""},
    {"It is to go without consent, and not enough persons who may do so have approved it.",
     "Give the reference of the referral to two of them: `amana override approve`."},
    {"The recipient is abroad, and the person has not agreed to that.",
     "Ask the person whether it may leave the country."},
    {"The recipient is abroad, and nothing shows that the data is safe there.",
     "Choose another recipient, or ask the operator to have safeguards recorded for this one."},
    {"It would go to an embassy, and the person has not agreed to that.",
     "Nothing changes this but the person's own word after legal advice."},
    {"It would go to an embassy, and the consent does not speak of consular help.",
     "Ask the person whether the embassy may help."},
    {"Health data goes only to those who are bound to medical secrecy; this recipient is not.",
     "Choose a health provider, or leave the health part out."},
    {"The person has not agreed to being referred onward, or the referral that this one is said to "
     "follow from is none of theirs that this agency has received.",
     "Ask the person whether this agency may refer them onward; name the right parent."},
    {"Two consents of the person differ; only what both allow goes.",
     "Ask the person which one is meant, and take the other one back."},
    {"It cannot be checked right now.",
     "Wait: it is decided again by itself. If it lasts, call the operator."},
    {"Statistics are no referral.", "Ask for reports on the way that is meant for them."},
};
static_assert(std::size(kWords) == 30);

}  // namespace

RuleWords WordsOf(uint32_t rule) {
  if (rule < std::size(kWords)) return kWords[rule];
  return {"A rule that this program does not know yet.", "Use a newer version of this program."};
}

}  // namespace amana::cli
