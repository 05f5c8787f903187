// The site as plain files, for any web server. Every page is asked of answer(), so it cannot differ
// from what our own server shows.
#include "adapters/portal/site_pages.h"
#include "common/base/files.h"
#include "common/base/limits.h"

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace gulou {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unwritable(const std::string& path, const std::error_code& error) {
  return fail(ErrorCode::unavailable, "file_unwritable", {}, {path, error.message()});
}

std::string_view bytes_of(const HttpResponse& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) {
    return *text;
  }
  const auto* shared = std::get_if<SharedBytes>(&response.body);
  return shared != nullptr ? std::string_view(**shared) : std::string_view();
}

// Not durable by itself: sync_tree() makes all of them so at once, before anybody is led there.
Status put_file(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool good = file >= 0;
  while (good && !bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    good = written > 0 || (written < 0 && errno == EINTR);
    bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
  }
  const int reason = errno;
  good = (file < 0 || ::close(file) == 0) && good;
  return good ? Status{}
              : Status(unwritable(path, std::error_code(reason, std::generic_category())));
}

Status sync_tree(const std::string& root) {
  const int directory = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool good = directory >= 0 && ::syncfs(directory) == 0;
  const int reason = errno;
  if (directory >= 0) {
    ::close(directory);
  }
  return good ? Status{}
              : Status(unwritable(root, std::error_code(reason, std::generic_category())));
}

Status link_or_copy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (error) {
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  }
  if (error) {
    return unwritable(to, error);
  }
  return {};
}

// Points out_dir/current at the new tree in one rename and removes the others.
Status switch_over(const std::string& out_dir, const std::string& name) {
  std::error_code error;
  const std::string link = out_dir + "/current", beside = link + ".new";
  fs::remove(beside, error);
  fs::create_directory_symlink(name, beside, error);
  if (!error) {
    fs::rename(beside, link, error);
  }
  if (error) {
    return unwritable(link, error);
  }
  TRY(sync_directory(out_dir));
  for (const auto& entry : fs::directory_iterator(out_dir, error)) {
    const std::string other = entry.path().filename().string();
    if (entry.is_directory() && !entry.is_symlink() && other != name) {
      fs::remove_all(entry.path(), error);
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> SitePages::all_paths() const {
  std::vector<std::string> paths{"/",
                                 "/style.css",
                                 "/site.js",
                                 "/mark.svg",
                                 "/robots.txt",
                                 "/sitemap.html",
                                 "/sitemap.xml",
                                 "/feed.atom",
                                 "/feed.json",
                                 "/search.html",
                                 "/search/index.json",
                                 "/catalogue/"};
  for (const uint64_t number : index_.segments()) {
    paths.push_back(chunk_path(number));
  }
  for (size_t number = 2; number <= pages_of(index_.count(SiteIndex::the_register)); ++number) {
    paths.push_back("/catalogue/index_" + std::to_string(number) + ".html");
  }
  for (size_t number = 1; (number - 1) * limits::site_sitemap_urls <= index_.count(""); ++number) {
    paths.push_back("/sitemap-" + std::to_string(number) + ".xml");
  }
  for (const SiteColumn& column : columns_) {
    const std::string folder = "/" + column.id + "/";
    paths.push_back(folder);
    paths.push_back(folder + "feed.atom");
    paths.push_back(folder + "feed.json");
    for (size_t number = 2; number <= pages_of(index_.count(column.id)); ++number) {
      paths.push_back(folder + "index_" + std::to_string(number) + ".html");
    }
  }
  for (const auto& [place, record] : index_.records()) {
    paths.push_back(url_path(record));
  }
  return paths;
}

Status SitePages::export_to(const std::string& out_dir, Utc now) {
  TRY(index_.refresh(now));
  const std::string name = std::to_string(index_.generation());
  const std::string root = out_dir + "/" + name;
  TRY(make_directory(root));
  std::set<std::string> folders;
  for (const std::string& path : all_paths()) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    const HttpResponse response = route(request, now);
    if (response.status != 200 && response.status != 410) {
      continue;
    }
    // What is gone lies apart, so that the other web server can tell it (README.md).
    std::string file = root;
    file.append(response.status == 410 ? "/gone" : "").append(path);
    file.append(path.ends_with('/') ? "index.html" : "");
    if (std::string folder = fs::path(file).parent_path().string(); folders.insert(folder).second) {
      TRY(make_directory(folder));
    }
    TRY(put_file(file, bytes_of(response)));
  }
  for (const auto& [place, record] : index_.records()) {
    for (const SiteFile& file : index_.shows(record) ? record.files : std::vector<SiteFile>()) {
      TRY(make_directory(root + files_path(record)));
      TRY(link_or_copy(blob_path(dir_, file.digest), root + files_path(record) + file.name));
    }
  }
  TRY(sync_tree(root));
  return switch_over(out_dir, name);
}

}  // namespace gulou
