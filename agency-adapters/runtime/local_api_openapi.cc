// The document of the local API. local_api_test.cc holds it against the routes.
#include "agency-adapters/runtime/local_api.h"

namespace amana::runtime {
namespace {

constexpr char kDocument[] = R"json({
  "openapi": "3.0.3",
  "info": {
    "title": "Amana adapter: local API",
    "version": "1",
    "description": "For the agency's own programs, on this machine. What is submitted is mapped, sealed, signed and sent by the adapter, now or when the link is back; what is read was verified and opened by it. Submitting the same item again is safe: its key names it for ever."
  },
  "security": [{"token": []}],
  "paths": {
    "/v1/openapi.json": {"get": {"operationId": "document", "responses": {"200": {"description": "This document"}}}},
    "/v1/health": {"get": {"operationId": "health", "responses": {"200": {"description": "Keys, native side, broker, what waits", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}}}}},
    "/v1/items": {
      "post": {
        "operationId": "submit",
        "description": "A case, or an answer, in the protocol's words (facts) or as the agency's native fields (record).",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
        "responses": {
          "202": {"description": "Held durably; it will be sent", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ItemState"}}}},
          "409": {"$ref": "#/components/responses/Error"},
          "422": {"description": "Refused: a dead letter, with reason and field. A corrected item may come under the same key.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ItemState"}}}},
          "429": {"$ref": "#/components/responses/Error"}
        }
      },
      "get": {
        "operationId": "follow",
        "description": "How an item stands, and, of a case, every verified event about it, oldest first; of a handover's step IN_TRANSIT, escort_code: what the escort shows at the door.",
        "parameters": [{"name": "key", "in": "query", "required": true, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "Its state", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ItemState"}}}}, "404": {"$ref": "#/components/responses/Error"}}
      }
    },
    "/v1/native": {
      "post": {
        "operationId": "submitNative",
        "description": "Items in the agency's native format, as its files or messages have it.",
        "requestBody": {"required": true, "content": {"application/octet-stream": {}}},
        "responses": {"202": {"description": "As for /v1/items; of several items each one's state"}, "400": {"$ref": "#/components/responses/Error"}, "422": {"description": "The only item was refused"}}
      }
    },
    "/v1/inbox": {
      "get": {
        "operationId": "inbox",
        "parameters": [{"name": "after", "in": "query", "description": "The next of the answer before", "schema": {"type": "integer"}}],
        "responses": {"200": {"description": "What was received, in the order it came, at most 200; no content"}}
      }
    },
    "/v1/inbox/{id}": {
      "get": {
        "operationId": "read",
        "description": "One received case, opened. Reading signs nothing: SEEN is an answer.",
        "parameters": [{"$ref": "#/components/parameters/id"}],
        "responses": {"200": {"description": "The facts"}, "404": {"$ref": "#/components/responses/Error"}, "409": {"description": "CONTENT_ERASED: it was recalled"}}
      }
    },
    "/v1/inbox/{id}/answer": {
      "post": {
        "operationId": "answer",
        "description": "SEEN, ACCEPT, DECLINE, ASK, START, COMPLETE, FAIL or HANDOVER, signed with the person's key that the adapter holds.",
        "parameters": [{"$ref": "#/components/parameters/id"}],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
        "responses": {"202": {"description": "Held durably"}, "404": {"$ref": "#/components/responses/Error"}, "422": {"description": "Refused, with reason and field"}}
      }
    },
    "/v1/notices": {
      "get": {
        "operationId": "notices",
        "description": "Verified events about this agency's cases, its own and those it received.",
        "parameters": [
          {"name": "after", "in": "query", "description": "The next of the answer before", "schema": {"type": "integer"}},
          {"name": "wait", "in": "query", "description": "Seconds to wait for one, at most 25", "schema": {"type": "integer"}}
        ],
        "responses": {"200": {"description": "At most 200"}}
      }
    },
    "/v1/dead-letters": {"get": {"operationId": "deadLetters", "responses": {"200": {"description": "What could not be carried, with reason and field; no content"}}}},
    "/v1/dead-letters/{letter}/redrive": {
      "post": {
        "operationId": "redrive",
        "parameters": [{"name": "letter", "in": "path", "required": true, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "It is tried again"}, "404": {"$ref": "#/components/responses/Error"}}
      }
    }
  },
  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    "parameters": {"id": {"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}},
    "responses": {"Error": {"description": "Why not", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
    "schemas": {
      "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}, "field": {"type": "string"}, "message": {"type": "string"}}},
      "Item": {
        "type": "object",
        "required": ["key", "kind"],
        "additionalProperties": false,
        "properties": {
          "key": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The agency's own name of it, unique for ever"},
          "kind": {"type": "string", "enum": ["CASE", "SEEN", "ACCEPT", "DECLINE", "ASK", "START", "COMPLETE", "FAIL", "UPDATE", "CANCEL", "HANDOVER"]},
          "about": {"type": "string", "description": "The key of what it is about; the path says it where there is an id"},
          "facts": {"type": "object", "description": "The case in the protocol's words: header, IDENTITY, RISK, ..."},
          "record": {"type": "object", "description": "The case as native fields: a text each, or a list of texts"},
          "code": {"type": "string", "description": "DECLINE, OUTCOME or CANCEL code, or the state of a handover"},
          "categories": {"type": "array", "items": {"type": "string"}},
          "words": {"type": "string"},
          "details": {"type": "object", "additionalProperties": {"type": "string"}},
          "task": {"type": "integer"}
        }
      },
      "ItemState": {
        "type": "object",
        "required": ["key", "kind", "state"],
        "properties": {
          "key": {"type": "string"},
          "kind": {"type": "string"},
          "state": {"type": "string", "enum": ["INTENDED", "WRITTEN", "SETTLED", "DEAD"], "description": "Held here; signed, for the broker; the broker has it; refused"},
          "referral": {"type": "string"},
          "reason": {"type": "string"},
          "field": {"type": "string"},
          "taken": {"type": "string"},
          "attempts": {"type": "integer"},
          "events": {"type": "array", "items": {"type": "object"}}
        }
      },
      "Health": {"type": "object", "required": ["ok", "checks", "waiting"], "properties": {"ok": {"type": "boolean"}, "checks": {"type": "array", "items": {"type": "object"}}, "waiting": {"type": "object"}}}
    }
  }
}
)json";

}  // namespace

std::string_view OpenApiDocument() { return kDocument; }

}  // namespace amana::runtime
