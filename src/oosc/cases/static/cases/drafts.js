// What was typed in a doorway and not yet sent, kept on this phone: encrypted under a key that no
// script can read out, and gone once it was sent. The name of a draft begins with its officer;
// drafts of another officer on the same phone are dropped, and signing out clears the store
// (Clear-Site-Data). Where the browser has no such store (no HTTPS), nothing outlasts the page.
window.drafts = (function () {
  "use strict";
  var NAME = "oosc-drafts";
  var able = Boolean(window.crypto && window.crypto.subtle && window.indexedDB);

  function asked(request) {
    return new Promise(function (done, fail) {
      request.onsuccess = function () { done(request.result); };
      request.onerror = function () { fail(request.error); };
    });
  }
  function opened() {
    var request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = function () {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("drafts");
    };
    return asked(request);
  }
  function store(db, name) { return db.transaction(name, "readwrite").objectStore(name); }
  function key(db) {
    return asked(store(db, "keys").get("draft")).then(function (found) {
      if (found) { return found; }
      return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
        .then(function (made) { return asked(store(db, "keys").put(made, "draft")).then(function () { return made; }); });
    });
  }

  return {
    able: able,
    keep: function (name, value) {
      if (!able) { return Promise.resolve(false); }
      var iv = crypto.getRandomValues(new Uint8Array(12));
      return opened().then(function (db) {
        return key(db).then(function (secret) {
          return crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, secret, new TextEncoder().encode(JSON.stringify(value)));
        }).then(function (sealed) { return asked(store(db, "drafts").put({ iv: iv, sealed: sealed }, name)); });
      }).then(function () { return true; }, function () { return false; });
    },
    read: function (name) {
      if (!able) { return Promise.resolve(null); }
      return opened().then(function (db) {
        return asked(store(db, "drafts").get(name)).then(function (found) {
          if (!found) { return null; }
          return key(db).then(function (secret) {
            return crypto.subtle.decrypt({ name: "AES-GCM", iv: found.iv }, secret, found.sealed);
          }).then(function (plain) { return JSON.parse(new TextDecoder().decode(plain)); });
        });
      }).catch(function () { return null; });
    },
    dropOthers: function (mine) {
      if (!able) { return Promise.resolve(); }
      return opened().then(function (db) {
        return asked(store(db, "drafts").getAllKeys()).then(function (names) {
          return Promise.all(names.filter(function (name) { return name.indexOf(mine) !== 0; }).map(function (name) {
            return asked(store(db, "drafts").delete(name));
          }));
        });
      }).catch(function () {});
    },
    drop: function (name) {
      if (!able) { return Promise.resolve(); }
      return opened().then(function (db) { return asked(store(db, "drafts").delete(name)); }).catch(function () {});
    }
  };
})();
