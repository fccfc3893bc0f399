"""The sixty parts of the invented company: number, names, cost in cents, quantity bought."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """A part; `bought` units are in the main store when the story begins, and `van` of them in each van."""

    number: str
    name: str
    german: str
    cents: int
    bought: int
    van: int = 0
    criticality: str = "E"
    unit: str = "pcs"
    tracking: str = "none"


ITEMS = (
    # Washing machines and dryers
    Item("WM-DP-220", "Drain pump 220 V", "Laugenpumpe 220 V", 2890, 9, 1, "V"),
    Item("WM-BELT-1192", "Drive belt 1192 J5", "Antriebsriemen 1192 J5", 1150, 12, 2, "V"),
    Item("WM-BRUSH-12", "Carbon brushes, pair", "Kohlebürsten, Paar", 990, 16, 2, "V"),
    Item("WM-SEAL-50", "Door seal 50 cm", "Türmanschette 50 cm", 3420, 6, 1, "V"),
    Item("WM-HEAT-2000", "Heating element 2000 W", "Heizstab 2000 W", 2210, 8, 1, "V"),
    Item("WM-LOCK-3", "Door lock, 3 contacts", "Türschloss, 3 Kontakte", 1780, 10, 1, "V"),
    Item("WM-VALVE-2", "Inlet valve, double", "Magnetventil, zweifach", 1640, 8, 1),
    Item("WM-DAMP-120", "Shock absorber 120 N", "Stoßdämpfer 120 N", 1320, 14, 2),
    Item("WM-BEAR-6205", "Drum bearing set 6205", "Trommellager-Satz 6205", 2450, 5),
    Item("WM-NTC-48", "Temperature sensor 4.8 kΩ", "Temperaturfühler 4,8 kΩ", 720, 15, 1),
    Item("WM-PRESS-1", "Pressure switch", "Druckwächter", 1490, 6, 1),
    Item("WM-FILTER-A", "Fluff filter", "Flusensieb", 540, 20, 2, "D"),
    Item("WM-HOSE-25", "Inlet hose 2.5 m, aqua stop", "Zulaufschlauch 2,5 m, Aquastopp", 2680, 10, 1),
    Item("WM-BOARD-7", "Control board W700", "Steuerplatine W700", 14900, 2, 0, "V", "pcs", "serial"),
    Item("TD-BELT-1975", "Dryer belt 1975 H7", "Trocknerriemen 1975 H7", 1290, 10, 1, "V"),
    Item("TD-ROLL-2", "Drum roller, pair", "Trommelrollen, Paar", 1580, 7, 1),
    Item("TD-PUMP-C", "Condensate pump", "Kondensatpumpe", 2640, 6, 1, "V"),
    Item("TD-SENS-H", "Humidity sensor", "Feuchtefühler", 1180, 5),
    # Dishwashers
    Item("DW-CIRC-60", "Circulation pump 60 W", "Umwälzpumpe 60 W", 7950, 4, 0, "V"),
    Item("DW-DP-30", "Drain pump 30 W", "Ablaufpumpe 30 W", 2490, 8, 1, "V"),
    Item("DW-ARM-U", "Upper spray arm", "Oberer Sprüharm", 1340, 6, 1),
    Item("DW-ARM-L", "Lower spray arm", "Unterer Sprüharm", 1420, 6, 1),
    Item("DW-SEAL-D", "Door seal", "Türdichtung", 1980, 7, 1),
    Item("DW-DOSE-1", "Detergent dispenser", "Dosierkombination", 3260, 3),
    Item("DW-FLOW-2", "Flow meter", "Durchflussmesser", 1690, 6, 1),
    Item("DW-WHEEL-8", "Basket wheels, set of 8", "Korbrollen, 8 Stück", 860, 15, 1, "D"),
    Item("DW-HEAT-18", "Flow heater 1.8 kW", "Durchlauferhitzer 1,8 kW", 4180, 4, 0, "V"),
    # Fridges and freezers
    Item("RF-THERM-K59", "Thermostat K59", "Thermostat K59", 2150, 8, 1, "V"),
    Item("RF-FAN-12", "Evaporator fan 12 V", "Verdampferlüfter 12 V", 3190, 6, 1, "V"),
    Item("RF-RELAY-P", "Start relay PTC", "Anlaufrelais PTC", 1260, 9, 1, "V"),
    Item("RF-SEAL-185", "Door seal 185 cm", "Türdichtung 185 cm", 4890, 4),
    Item("RF-HEAT-D", "Defrost heater", "Abtauheizung", 2740, 5, 1),
    Item("RF-NTC-5", "Air sensor 5 kΩ", "Luftfühler 5 kΩ", 790, 10, 1),
    Item("RF-LED-3", "Interior light, LED", "Innenbeleuchtung, LED", 1650, 8, 1, "D"),
    Item("RF-HINGE-R", "Hinge, right", "Scharnier, rechts", 1920, 5, 0, "D"),
    Item("RF-COMP-110", "Compressor 110 W", "Kompressor 110 W", 16800, 2, 0, "V", "pcs", "serial"),
    Item("RF-GAS-600A", "Refrigerant R600a", "Kältemittel R600a", 9, 2000, 150, "V", "g"),
    # Ovens and hobs
    Item("OV-HEAT-R", "Ring element 2100 W", "Ringheizkörper 2100 W", 2980, 8, 1, "V"),
    Item("OV-HEAT-T", "Grill element 2700 W", "Grillheizkörper 2700 W", 3350, 5, 1),
    Item("OV-FAN-1", "Hot air fan motor", "Heißluftmotor", 3640, 5, 1),
    Item("OV-SEAL-4", "Door seal, 4 hooks", "Türdichtung, 4 Haken", 1890, 9, 1),
    Item("OV-LAMP-25", "Oven lamp 25 W", "Backofenlampe 25 W", 490, 20, 2, "D"),
    Item("OV-PT500", "Temperature sensor PT500", "Temperaturfühler PT500", 1970, 7, 1, "V"),
    Item("OV-HINGE-2", "Door hinges, pair", "Türscharniere, Paar", 4250, 4),
    Item("OV-GLASS-I", "Inner door glass", "Innenscheibe", 5120, 3, 0, "D"),
    Item("HB-ZONE-180", "Hob zone 180 mm", "Kochzone 180 mm", 5480, 4),
    Item("HB-KNOB-4", "Hob knobs, set of 4", "Kochfeldknebel, 4 Stück", 1560, 8, 1, "D"),
    Item("HB-POWER-I", "Induction power module", "Induktions-Leistungsmodul", 13600, 0, 0, "V"),
    # Coffee machines
    Item("CM-PUMP-E5", "Pump E5 48 W", "Pumpe E5 48 W", 1980, 8, 1, "V"),
    Item("CM-GASKET", "Brewing unit gaskets, set", "Brüheinheit-Dichtsatz", 640, 25, 3),
    Item("CM-GRIND-2", "Grinding discs, pair", "Mahlscheiben, Paar", 2860, 4),
    Item("CM-VALVE-3", "Steam valve", "Dampfventil", 2340, 5, 1),
    Item("CM-THERMO", "Thermo block 230 V", "Thermoblock 230 V", 5890, 3, 0, "V"),
    # Heating
    Item("HT-ELEC-9", "Ignition electrode", "Zündelektrode", 1840, 8, 1, "V"),
    Item("HT-FAN-B", "Burner fan", "Gebläse", 11900, 2, 0, "V"),
    Item("HT-PUMP-6", "Circulator 6 m", "Umwälzpumpe 6 m", 9800, 3, 0, "V"),
    Item("HT-VALVE-3W", "Three-way valve motor", "Dreiwegeventil-Motor", 5240, 6, 1, "V"),
    Item("HT-VESSEL-8", "Expansion vessel 8 l", "Ausdehnungsgefäß 8 l", 4760, 3),
    Item("HT-SEAL-SET", "Service seal set", "Wartungsdichtsatz", 1290, 14, 2),
    Item("HT-NTC-10", "Flow sensor 10 kΩ", "Vorlauffühler 10 kΩ", 980, 10, 1),
)
