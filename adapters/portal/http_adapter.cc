#include "adapters/portal/http_adapter.h"

#include "adapters/portal/site_words.h"
#include "common/html/plain.h"

#include <utility>

namespace gulou {
namespace {

tl::unexpected<Report> ends(Report report) {
  return tl::unexpected<Report>(std::move(report));
}

PartReceipt receipt_of(const sdk::Part& part, const std::string& id, const std::string& url) {
  return {.part = part.part, .revision = part.release.revision, .platform_id = id, .url = url};
}

bool is_revision(const std::string& there, uint32_t wanted) {
  return there == std::to_string(wanted);
}

}  // namespace

Report cms_error(const Error& error) {
  const std::string detail = sdk::words_of(error);
  if (error.reason == sdk::recalled) {
    return sdk::transient(error.reason, detail);
  }
  if (error.reason.starts_with("secret_")) {
    return sdk::auth("cms_reauthorise", detail);
  }
  if (error.code == ErrorCode::timed_out || error.code == ErrorCode::exhausted) {
    return sdk::ambiguous(error.reason, detail);
  }
  if (error.code == ErrorCode::invalid_argument) {
    return sdk::misconfigured(error.reason, detail);
  }
  return sdk::transient(error.reason, detail);
}

Report cms_refusal(const CmsRefusal& refusal, int64_t quota_wait_ms, const CmsReasons& reasons) {
  switch (refusal.outcome) {
    case CmsOutcome::transient:
      return sdk::transient("cms_busy", refusal.said, refusal.retry_after_ms);
    case CmsOutcome::quota: {
      const int64_t wait = refusal.retry_after_ms > 0 ? refusal.retry_after_ms : quota_wait_ms;
      return sdk::quota({read_clocks().utc.ms + wait}, "cms_quota", refusal.said);
    }
    case CmsOutcome::auth:
      return sdk::auth(reasons.reauthorise, refusal.said);
    case CmsOutcome::misconfigured:
      return sdk::misconfigured(reasons.forbidden, refusal.said);
    case CmsOutcome::content:
    case CmsOutcome::absent:
      return sdk::content("cms_refused", refusal.said);
    case CmsOutcome::ok:
    case CmsOutcome::exists:
    case CmsOutcome::unclear:
      break;
  }
  return sdk::ambiguous("cms_unclear", refusal.said);
}

HttpAdapter::HttpAdapter(HttpApi api, std::map<std::string, std::string, std::less<>> column_names)
    : api_(std::move(api)),
      column_names_(std::move(column_names)),
      read_back_(api_.settings().gone_text) {}

Report HttpAdapter::failed(const CmsAnswer& answer) const {
  return cms_refusal({answer.outcome, answer.said, answer.retry_after_ms},
                     api_.settings().quota_wait_ms,
                     {"cms_reauthorise", "cms_forbidden"});
}

HttpAdapter::Outcome<CmsAnswer> HttpAdapter::ask(const CmsCall& call,
                                                 TemplateData data,
                                                 std::string_view payload,
                                                 std::string_view media_type) {
  auto answer = api_.call(call, std::move(data), payload, media_type);
  if (!answer) {
    return ends(cms_error(answer.error()));
  }
  return *std::move(answer);
}

TemplateData HttpAdapter::identity(const sdk::Part& part, const sdk::Delivery& delivery) const {
  TemplateData data;
  data.set("publication", part.publisher + "/" + part.release.id);
  data.set("key", cms_key(part.publisher, part.release.id));
  data.set("revision", part.release.revision);
  data.set("platform_id", part.old_platform_id);
  data.set("note", delivery.public_note);
  data.set("successor_url", delivery.successor_url);
  return data;
}

HttpAdapter::Outcome<CmsFiles> HttpAdapter::put_files(const sdk::Part& part,
                                                      const TemplateData& data,
                                                      sdk::Helper& helper) {
  CmsFiles files;
  for (const Attachment& attachment : part.release.attachments) {
    if (attachment.is_private) {
      continue;
    }
    const CmsCall& upload = api_.settings().upload;
    if (!api_.can(upload)) {
      return ends(sdk::content("cms_no_attachments", attachment.name));
    }
    std::string bytes;
    const Status read = helper.read_blob(
        attachment.digest, attachment.size_bytes, [&bytes](std::string_view piece) -> Status {
          bytes += piece;
          return {};
        });
    if (!read) {
      return ends(cms_error(read.error()));
    }
    TemplateData named = data;
    named.set("file_name", attachment.name);
    named.set("file_digest", to_hex(attachment.digest));
    auto answer = ask(upload, std::move(named), bytes, attachment.media_type);
    if (!answer) {
      return ends(std::move(answer.error()));
    }
    const bool there = answer->outcome == CmsOutcome::ok || answer->outcome == CmsOutcome::exists;
    if (!there || answer->url.empty()) {
      return ends(failed(*answer));
    }
    files.emplace(attachment.name, answer->url);
  }
  return files;
}

HttpAdapter::Outcome<TemplateData> HttpAdapter::data_of(const sdk::Part& part,
                                                        const sdk::Delivery& delivery,
                                                        sdk::Helper& helper) {
  const Release& release = part.release;
  TemplateData data = identity(part, delivery);
  const auto files = put_files(part, data, helper);
  if (!files) {
    return ends(files.error());
  }
  const auto html = cms_html(release, *files);
  if (!html) {
    return ends(sdk::content(html.error().reason, sdk::words_of(html.error())));
  }
  const auto column = column_names_.find(release.column);
  data.set("title", (release.test ? "【" + page_word("noun_drill") + "】" : "") + release.title);
  data.set("short_title", release.short_title).set("summary", release.summary);
  data.set("html", *html).set("text", plain_text(*html));
  data.set("doc_no", release.doc_no).set("index_no", part.index_no);
  data.set("issuer", release.issuer.name);
  data.set("source", release.source.empty() ? release.issuer.name : release.source);
  data.set("column", release.column);
  data.set("column_name", column == column_names_.end() ? release.column : column->second);
  data.set("kind", name_of(release.kind)).set("written_on", release.written_on);
  data.set("published_on", format_shanghai(part.published_on));
  data.set("published_at", format_utc(part.published_on));
  data.set("digest", to_hex(part.digest));
  const std::string note =
      part.public_note.empty() ? page_sentence("page_banner_invalid") : part.public_note;
  data.set("banner", part.invalid ? note : std::string());
  return data;
}

HttpAdapter::Outcome<HttpAdapter::Page> HttpAdapter::look(const TemplateData& data) {
  auto answer = ask(api_.settings().find, data);
  if (!answer) {
    return ends(std::move(answer.error()));
  }
  if (answer->outcome == CmsOutcome::ok) {
    return Page{answer->id, answer->url, answer->revision, !answer->id.empty()};
  }
  if (answer->outcome == CmsOutcome::absent) {
    return Page{};
  }
  return ends(failed(*answer));
}

std::string HttpAdapter::url_of(const Page& page, const TemplateData& data) const {
  if (!page.url.empty()) {
    return page.url;
  }
  TemplateData with_id = data;
  with_id.set("platform_id", page.id);
  return api_.page_url(with_id).value_or(std::string());
}

HttpAdapter::Outcome<HttpAdapter::Page> HttpAdapter::put_up(const sdk::Part& part,
                                                            const sdk::Delivery& delivery,
                                                            sdk::Helper& helper) {
  auto there = look(identity(part, delivery));
  if (!there) {
    return ends(std::move(there.error()));
  }
  if (there->there && is_revision(there->revision, part.release.revision) && !part.invalid) {
    there->url = url_of(*there, identity(part, delivery));
    return *there;
  }
  auto data = data_of(part, delivery, helper);
  if (!data) {
    return ends(std::move(data.error()));
  }
  const bool replace = there->there;
  if (replace && !api_.can(api_.settings().update)) {
    return ends(sdk::content("cms_cannot_update", there->id));
  }
  data->set("platform_id", there->id);
  if (const Status ready = helper.progress(part.part, there->id); !ready) {
    return ends(cms_error(ready.error()));
  }
  const HttpTable& table = api_.settings();
  auto answer = ask(replace ? table.update : table.create, *data);
  if (!answer) {
    return ends(std::move(answer.error()));
  }
  if (answer->outcome == CmsOutcome::exists) {
    return ends(sdk::ambiguous("cms_exists", answer->said));  // the next attempt looks first
  }
  if (answer->outcome != CmsOutcome::ok) {
    return ends(failed(*answer));
  }
  Page page{answer->id.empty() ? there->id : answer->id, answer->url, {}, true};
  page.url = url_of(page, *data);
  return page;
}

Report HttpAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    const auto page = put_up(part, delivery, helper);
    if (!page) {
      return page.error();
    }
    if (const Status seen = read_back_.shows(part.release, page->url); !seen) {
      // It is up there, so a withdrawal that comes now has something to take down.
      return sdk::ambiguous(seen.error().reason, sdk::words_of(seen.error()));
    }
    receipt.parts.push_back(receipt_of(part, page->id, page->url));
  }
  receipt.at = read_clocks().utc;
  return sdk::published(std::move(receipt));
}

Report HttpAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Report HttpAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    const TemplateData data = identity(part, delivery);
    const auto page = look(data);
    if (!page) {
      return page.error();
    }
    if (delivery.withdrawal) {
      if (page->there) {
        receipt.parts.push_back(receipt_of(part, page->id, url_of(*page, data)));
      }
      continue;
    }
    const std::string url = url_of(*page, data);
    const bool whole = page->there && !part.invalid &&
                       is_revision(page->revision, part.release.revision) &&
                       read_back_.shows(part.release, url);
    if (!whole) {
      return sdk::gone();  // publish() looks once more at each part
    }
    receipt.parts.push_back(receipt_of(part, page->id, url));
  }
  receipt.at = read_clocks().utc;
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

HttpAdapter::Outcome<CmsAnswer> HttpAdapter::change(const CmsCall& call,
                                                    const sdk::Part& part,
                                                    const std::string& platform_id,
                                                    const TemplateData& data,
                                                    sdk::Helper& helper) {
  if (!api_.can(call)) {
    return ends(sdk::content("cms_cannot_mark", platform_id));
  }
  if (const Status ready = helper.progress(part.part, platform_id); !ready) {
    return ends(cms_error(ready.error()));
  }
  auto answer = ask(call, data);
  if (answer && answer->outcome != CmsOutcome::ok && answer->outcome != CmsOutcome::absent) {
    return ends(failed(*answer));
  }
  return answer;
}

HttpAdapter::Outcome<HttpAdapter::Page> HttpAdapter::take_down(const sdk::Part& part,
                                                               const sdk::Delivery& delivery,
                                                               sdk::Helper& helper) {
  TemplateData data = identity(part, delivery);
  auto page = look(data);
  if (!page) {
    return ends(std::move(page.error()));
  }
  page->url = page->there ? url_of(*page, data) : part.old_url;
  const bool mark = delivery.withdrawal == WithdrawalKind::mark_invalid;
  const CmsCall& call = mark ? api_.settings().mark : api_.settings().remove;
  if (page->there) {
    const std::string note =
        delivery.public_note.empty() ? page_sentence("page_banner_invalid") : delivery.public_note;
    data.set("platform_id", page->id).set("banner", mark ? note : std::string());
    if (auto answer = change(call, part, page->id, data, helper); !answer) {
      return ends(std::move(answer.error()));
    }
    if (mark) {
      const Status seen = read_back_.shows_note(note, page->url);
      return seen ? Outcome<Page>(*page)
                  : ends(sdk::transient(seen.error().reason, sdk::words_of(seen.error())));
    }
  }
  if (!page->url.empty() && !mark) {
    if (const Status gone = read_back_.gone(page->url); !gone) {
      return ends(sdk::transient(gone.error().reason, sdk::words_of(gone.error())));
    }
  }
  return *page;
}

Report HttpAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  Receipt receipt;
  receipt.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    const auto page = take_down(part, delivery, helper);
    if (!page) {
      return page.error();
    }
    if (page->there || !part.old_platform_id.empty()) {
      receipt.parts.push_back(receipt_of(part, page->id, page->url));
    }
  }
  receipt.at = read_clocks().utc;
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

}  // namespace gulou
