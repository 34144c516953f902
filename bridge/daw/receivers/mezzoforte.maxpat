{
 "patcher": {
  "fileversion": 1,
  "appversion": {
   "major": 8,
   "minor": 0,
   "revision": 0,
   "architecture": "x64",
   "modernui": 1
  },
  "classnamespace": "box",
  "rect": [
   50.0,
   80.0,
   1150.0,
   320.0
  ],
  "boxes": [
   {
    "box": {
     "id": "note",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20,
      10,
      520,
      22.0
     ],
     "text": "Mezzoforte receiver, schema v1: listens on UDP 7771, answers to 127.0.0.1 port 7770"
    }
   },
   {
    "box": {
     "id": "in",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "patching_rect": [
      20,
      90,
      160,
      22.0
     ],
     "text": "udpreceive 7771",
     "outlettype": [
      ""
     ]
    }
   },
   {
    "box": {
     "id": "load",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "patching_rect": [
      240,
      50,
      160,
      22.0
     ],
     "text": "loadbang",
     "outlettype": [
      ""
     ]
    }
   },
   {
    "box": {
     "id": "metro",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "patching_rect": [
      240,
      90,
      160,
      22.0
     ],
     "text": "metro 1000",
     "outlettype": [
      ""
     ]
    }
   },
   {
    "box": {
     "id": "js",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 3,
     "patching_rect": [
      20,
      130,
      220,
      22.0
     ],
     "text": "js mezzoforte_max.js 7771",
     "outlettype": [
      "",
      "",
      ""
     ]
    }
   },
   {
    "box": {
     "id": "out",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20,
      190,
      160,
      22.0
     ],
     "text": "udpsend 127.0.0.1 7770"
    }
   },
   {
    "box": {
     "id": "items",
     "maxclass": "newobj",
     "numinlets": 9,
     "numoutlets": 9,
     "patching_rect": [
      240,
      190,
      420,
      22.0
     ],
     "text": "route beat dynamic change tempo meter hairpin loudness complete",
     "outlettype": [
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      ""
     ]
    }
   },
   {
    "box": {
     "id": "live",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      680,
      190,
      160,
      22.0
     ],
     "text": "s mf-live"
    }
   },
   {
    "box": {
     "id": "s-beat",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      240,
      250,
      100,
      22.0
     ],
     "text": "s mf-beat"
    }
   },
   {
    "box": {
     "id": "s-dynamic",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      350,
      250,
      100,
      22.0
     ],
     "text": "s mf-dynamic"
    }
   },
   {
    "box": {
     "id": "s-change",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      460,
      250,
      100,
      22.0
     ],
     "text": "s mf-change"
    }
   },
   {
    "box": {
     "id": "s-tempo",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      570,
      250,
      100,
      22.0
     ],
     "text": "s mf-tempo"
    }
   },
   {
    "box": {
     "id": "s-meter",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      680,
      250,
      100,
      22.0
     ],
     "text": "s mf-meter"
    }
   },
   {
    "box": {
     "id": "s-hairpin",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      790,
      250,
      100,
      22.0
     ],
     "text": "s mf-hairpin"
    }
   },
   {
    "box": {
     "id": "s-loudness",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      900,
      250,
      100,
      22.0
     ],
     "text": "s mf-loudness"
    }
   },
   {
    "box": {
     "id": "s-complete",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1010,
      250,
      100,
      22.0
     ],
     "text": "s mf-complete"
    }
   }
  ],
  "lines": [
   {
    "patchline": {
     "source": [
      "load",
      0
     ],
     "destination": [
      "metro",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "metro",
      0
     ],
     "destination": [
      "js",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "in",
      0
     ],
     "destination": [
      "js",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "js",
      0
     ],
     "destination": [
      "out",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "js",
      1
     ],
     "destination": [
      "items",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "js",
      2
     ],
     "destination": [
      "live",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      0
     ],
     "destination": [
      "s-beat",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      1
     ],
     "destination": [
      "s-dynamic",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      2
     ],
     "destination": [
      "s-change",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      3
     ],
     "destination": [
      "s-tempo",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      4
     ],
     "destination": [
      "s-meter",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      5
     ],
     "destination": [
      "s-hairpin",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      6
     ],
     "destination": [
      "s-loudness",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "items",
      7
     ],
     "destination": [
      "s-complete",
      0
     ]
    }
   }
  ]
 }
}
