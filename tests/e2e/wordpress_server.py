#!/usr/bin/python3
"""A real WordPress for a test or for looking at by hand: Debian's packages, a database and a PHP server of its own on the
loopback, in a folder that goes away with it. Nothing of the machine's own WordPress, MariaDB or web server is touched.

wordpress_server.py [--port PORT]    runs one until Enter, says its address, user and application password.
"""
import base64
import contextlib
import glob
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile

from home import die_with_parent, wait_for
from ports import free_port

CODE = "/usr/share/wordpress/"
READY_S = 60.0
USER, PASSWORD = "gulou", "a password nobody types"

CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(folder)s/db.sock');
define('DB_CHARSET', 'utf8mb4');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT',
          'NONCE_SALT'] as $name) {
  define($name, 'of this test ' . $name);
}
define('WP_HOME', '%(url)s');
define('WP_SITEURL', '%(url)s');
define('WP_CONTENT_DIR', '%(folder)s/content');
define('WP_ENVIRONMENT_TYPE', 'local');  // application passwords without TLS
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
define('ABSPATH', '%(code)s');
require_once ABSPATH . 'wp-settings.php';
"""

INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '%(host)s';
require '%(folder)s/config.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification($title, $url, $user, $password) {}
wp_install('云溪县人民政府', 'admin', 'admin@example.invalid', true, '', '%(password)s');
update_option('permalink_structure', '/%%postname%%/');
update_option('timezone_string', 'Asia/Shanghai');
switch_theme('twentytwentyone');
foreach (get_posts(['post_type' => ['post', 'page'], 'post_status' => 'any', 'numberposts' => -1]) as $sample) {
  wp_delete_post($sample->ID, true);
}
$user = wp_insert_user(['user_login' => '%(user)s', 'user_pass' => '%(password)s', 'role' => 'editor']);
$made = WP_Application_Passwords::create_new_application_password($user, ['name' => 'gulou']);
$GLOBALS['wp_rewrite']->init();
flush_rewrite_rules();
echo "\\n", json_encode(['user' => $user, 'password' => $made[0]]);
"""

EMPTY = """<?php
$_SERVER['HTTP_HOST'] = '%(host)s';
require '%(folder)s/config.php';
foreach (get_posts(['post_type' => ['post', 'attachment'], 'post_status' => ['any', 'trash', 'inherit'], 'numberposts' => -1]) as $post) {
  wp_delete_post($post->ID, true);
}
foreach (get_terms(['taxonomy' => 'category', 'hide_empty' => false]) as $category) {
  wp_delete_category($category->term_id);
}
"""

# Files as they are; everything else is WordPress' front door, as a web server with pretty permalinks does it.
ROUTER = """<?php
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
foreach (['/wp-content/' => '%(folder)s/content/', '/wp-includes/' => '%(code)swp-includes/'] as $place => $directory) {
  if (str_starts_with($path, $place)) {
    $file = realpath($directory . substr($path, strlen($place)));
    if ($file === false || !is_file($file) || str_ends_with($file, '.php')) {
      http_response_code(404);
      return;
    }
    $types = ['css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml'];
    $ending = pathinfo($file, PATHINFO_EXTENSION);
    header('Content-Type: ' . ($types[$ending] ?? mime_content_type($file)));
    readfile($file);
    return;
  }
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
define('WP_USE_THEMES', true);
require '%(folder)s/config.php';
wp();
require_once ABSPATH . WPINC . '/template-loader.php';
"""


def missing():
    """The Debian packages that are not there; none of them is in every machine."""
    needed = {"/usr/share/wordpress/wp-settings.php": "wordpress", "/usr/share/wordpress/wp-content/themes/twentytwentyone":
              "wordpress-theme-twentytwentyone", "/usr/sbin/mariadbd": "mariadb-server", "/usr/bin/php": "php-cli"}
    packages = [package for path, package in needed.items() if not os.path.exists(path)]
    if not glob.glob("/usr/lib/php/*/mysqli.so"):
        packages.append("php-mysql")
    return packages


class WordpressServer:
    """url; user and password (an application password) of an editor."""

    def __init__(self, port=0):
        self.folder = tempfile.mkdtemp(prefix="gulou-wordpress.")
        self.processes, self.web = [], None
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.values = {"folder": self.folder, "code": CODE, "url": self.url, "host": f"127.0.0.1:{self.port}", "user": USER,
                       "password": PASSWORD}
        try:
            self.start_database()
            self.install()
            self.start_web()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.web:
            self.web.stdin.close()
            self.web.wait()
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def launch(self, command, log, **environment):
        with open(self.path(log), "ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=self.folder,
                                       preexec_fn=die_with_parent, env={**os.environ, **environment})
        self.processes.append(process)
        return process

    def wait(self, process, condition, what):
        wait_for(lambda: process.poll() is not None or condition(), f"{what} answers; see {self.folder}", READY_S)
        assert process.poll() is None, f"{what} has ended; see {self.folder}"

    def start_database(self):
        root = ["--user=root"] if os.geteuid() == 0 else []  # it refuses root unless told
        data = "--datadir=" + self.path("db")
        made = subprocess.run(["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal",
                               "--skip-test-db", *root], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        database = self.launch(["/usr/sbin/mariadbd", "--no-defaults", data, "--socket=" + self.path("db.sock"), "--skip-networking",
                                "--pid-file=" + self.path("db.pid"), "--innodb-buffer-pool-size=32M",
                                "--innodb-flush-log-at-trx-commit=2", *root], "db.log")
        self.wait(database, lambda: self.sql("SELECT 1") is not None, "the database")
        self.sql("CREATE DATABASE wordpress CHARACTER SET utf8mb4")

    def sql(self, statement):
        """What the database says, rows as lists of texts; nothing while it does not answer."""
        done = subprocess.run(["mariadb", "--no-defaults", "--socket=" + self.path("db.sock"), "--user=root", "--batch", "--skip-column-names",
                               "-e", statement], capture_output=True, text=True, check=False)
        return [line.split("\t") for line in done.stdout.splitlines()] if done.returncode == 0 else None

    def install(self):
        os.makedirs(self.path("content/uploads"))
        os.symlink(os.path.realpath(CODE + "wp-content/themes"), self.path("content/themes"))
        for name, text in (("config.php", CONFIG), ("install.php", INSTALL), ("empty.php", EMPTY), ("router.php", ROUTER)):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text % self.values)
        done = subprocess.run(["php", "-d", "display_errors=stderr", self.path("install.php")], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stdout.strip(), done.stdout + done.stderr
        made = json.loads(done.stdout.splitlines()[-1])
        self.user, self.user_id, self.password = USER, made["user"], made["password"]

    def start_over(self):
        """Nothing was ever published here."""
        done = subprocess.run(["php", self.path("empty.php")], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def start_web(self):
        php = ["php", "-d", "display_errors=0", "-d", "upload_max_filesize=64M", "-d", "post_max_size=64M", "-S",
               f"127.0.0.1:{self.port}", "-t", self.folder, self.path("router.php")]
        # Its workers outlive it, so a shell ends them all when this process ends or says so.
        with open(self.path("web.log"), "ab") as output:
            self.web = subprocess.Popen(["sh", "-c", '"$@" & read -r _; kill -9 0', "sh", *php], stdout=output, stderr=output,
                                        stdin=subprocess.PIPE, cwd=self.folder, start_new_session=True,
                                        env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"})
        self.wait(self.web, self.answers, "WordPress")

    def answers(self):
        with contextlib.suppress(OSError):
            return self.get("/wp-json/")[0] == 200
        return False

    # --- what citizens see -----------------------------------------------------------------------

    def get(self, path, **headers):
        """Status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_S)
        try:
            connection.request("GET", path.removeprefix(self.url), headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def visible(self):
        """Posts anybody can read, oldest first, as the REST interface gives them to a stranger."""
        posts, page = [], 1
        while True:
            status, text = self.get(f"/wp-json/wp/v2/posts?per_page=100&orderby=id&order=asc&page={page}")
            if status != 200:
                return posts
            found = json.loads(text)
            posts += found
            if len(found) < 100:
                return posts
            page += 1

    def asked(self, path):
        """JSON of the REST interface as the editor sees it."""
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        status, text = self.get("/wp-json/wp/v2/" + path, Authorization="Basic " + login)
        assert status == 200, f"{path}: {status} {text}"
        return json.loads(text)


def main():
    if packages := missing():
        sys.exit("apt-get install " + " ".join(packages))
    port = int(sys.argv[2]) if sys.argv[1:2] == ["--port"] else 0
    with WordpressServer(port) as server:
        print(f"{server.url}\nuser {server.user}, application password: {server.password}\nadministrator: admin, {PASSWORD}")
        with contextlib.suppress(KeyboardInterrupt):
            input("Enter ends it. ")


if __name__ == "__main__":
    main()
