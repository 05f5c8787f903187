// Publications: all revisions under one id, for publishers that ask whether they sent it already.
#include "broker/admin/answers.h"
#include "broker/admin/routes.h"

namespace gulou {
namespace {

Status show(const Exchange& exchange) {
  const PublicationKey key{exchange.path("publisher"), exchange.path("id")};
  const bool own = key.publisher == exchange.principal().name;
  const auto row = own || may(exchange.principal(), Access::viewer)
                       ? exchange.history().publication(key)
                       : std::nullopt;
  if (!row) {
    return fail(ErrorCode::not_found, "release_unknown", {}, {key.publisher + "/" + key.id});
  }
  JsonWriter json;
  json.begin_object()
      .member("publisher", row->publisher)
      .member("id", row->id)
      .text_member("index_no", row->index_no);
  append_time(json, "published_on", exchange.history().published_on(key));
  json.key("revisions").begin_array();
  for (const RevisionRow& revision : row->revisions) {
    json.begin_object()
        .member("revision", revision.revision)
        .member("seq", revision.seq.value)
        .member("digest", to_hex(revision.digest));
    append_time(json, "accepted_at", revision.accepted_at);
    json.end_object();
  }
  exchange.answer(200, json.end_array().end_object().take());
  return {};
}

}  // namespace

AdminRoutes publication_routes() {
  return {{"GET", "/v1/publications/{publisher}/{id}", Access::known, show}};
}

}  // namespace gulou
