// A shelter's native side: an SMS without content to whoever is on duty, and Primero where the
// shelter runs it (docs/integrator/shelter.md). A case is written to Primero under an id made of
// its key, and referred to one user there; whether that user accepts or rejects it comes back as
// the shelter's decision. A shelter without Primero reads and answers by the local API.
//
//   [native]
//   list_fields = ["nationality", "language"]   # fields of Primero that hold several values
//   [native.primero]                            # absent: no Primero
//   url = "https://primero.haven.example.ke"
//   ca = "ca.pem"                               # default: the system's authorities
//   user = "amana"
//   password_file = "primero.password"          # 0400 or 0600
//   refer_to = "intake"                         # the user who decides
//   image_field = "photos"                      # where what is no text goes; "": refused
//   audio_field = "recorded_audio"
//   document_field = "other_documents"
//   [native.sms]                                # absent: no SMS
//   url = "https://sms.example.ke/send"
//   ca = "ca.pem"
//   to = "+254700000000"
//   token_file = "sms.token"                    # default: none
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_ADAPTER_H_

#include "agency-adapters/runtime/adapter.h"

namespace amana::shelter {

runtime::AdapterOpener FactoryOf(const ConfigTable& native);

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_ADAPTER_H_
