"""The repairs of the week: the call, the visit, the diagnosis, the parts used, and the outcome."""

from __future__ import annotations

from typing import NamedTuple


class Repair(NamedTuple):
    """One repair. `called` and `visit` are (day, clock); `found` are codes: problem, cause, remedy.

    `ending`: satisfied (closed), resolved (the customer has not answered yet), no_access (nobody at home, another
    visit), waiting (for a part), planned (in the future), new (nobody assigned yet), reassigned and cancelled (by the
    office while the technician, out of reach, does the work). `shelf` is the van that the parts are from, if not the
    technician's own.
    """

    customer: str
    machine: int
    called: tuple[int, str]
    about: str
    reason: str
    visit: tuple[int, str] = (6, "09:00")
    fitter: str = ""
    found: tuple[str, str, str] = ("", "", "")
    used: tuple[tuple[str, str], ...] = ()
    minutes: int = 45
    ending: str = "satisfied"
    csat: int = 5
    words: str | None = None
    channel: str = "phone"
    priority: str = "normal"
    shelf: str = ""

    @property
    def slug(self) -> str:
        """The name of the repair in ids and keys."""
        return f"{self.customer}-{self.called[0]}-{self.machine}"


# fmt: off
# one to three lines for each repair are readable, one line for each value is not
REPAIRS = (
    # Day 0
    Repair("blum", 0, (0, "08:05"), "The coffee machine drips and makes a terrible noise.", "drips", (0, "11:00"),
           "jonas", ("leak", "gaskets_worn", "gaskets_replaced"), (("CM-GASKET", "1"),), 30,
           words="Coffee again, thank you."),
    Repair("nguyen", 0, (0, "08:20"), "Washing machine stops with water in the drum.", "does not drain", (0, "13:00"),
           "mia", ("no_drain", "pump_blocked", "pump_replaced"), (("WM-DP-220", "1"),), 50, priority="high"),
    Repair("lehmann", 0, (0, "09:10"), "Oven only gets lukewarm on hot air.", "does not heat", (0, "14:30"), "emre",
           ("no_heat", "element_open", "element_replaced"), (("OV-HEAT-R", "1"),), 55, csat=4),
    Repair("krause", 0, (0, "09:40"), "The fridge is warm, the food spoils.", "does not cool", (0, "12:00"), "lena",
           ("no_cooling", "relay_defective", "relay_replaced"), (("RF-RELAY-P", "1"),), 40,
           words="So quick! And up all those stairs.", priority="urgent"),
    Repair("schulte", 0, (0, "15:30"), "Glasses come out dirty, the upper arm does not turn.", "washes badly",
           (1, "09:00"), "jonas", ("poor_wash", "arm_broken", "arm_replaced"), (("DW-ARM-U", "1"),), 25),
    # Day 1
    Repair("spreeblick", 0, (0, "16:45"), "Our big machine shakes the whole laundry.", "shakes", (1, "10:30"), "mia",
           ("vibration", "dampers_worn", "dampers_replaced"), (("WM-DAMP-120", "2"),), 70, csat=4, channel="email",
           priority="high"),
    Repair("wolff", 0, (1, "07:30"), "No hot water since last night.", "no hot water", (1, "11:00"), "emre",
           ("no_ignition", "electrode_worn", "electrode_replaced"), (("HT-ELEC-9", "1"), ("HT-SEAL-SET", "1")), 60,
           priority="urgent"),
    Repair("yildiz", 0, (0, "17:10"), "The oven door does not close properly.", "door", (1, "13:00"), "lena",
           ("heat_loss", "seal_torn", "seal_replaced"), (("OV-SEAL-4", "1"),), 20),
    Repair("sonnenhof", 1, (1, "08:15"), "Dishwasher leaves water in the bottom.", "does not drain", (1, "14:30"),
           "jonas", ("no_drain", "pump_defective", "pump_replaced"), (("DW-DP-30", "1"),)),
    Repair("haddad", 0, (1, "09:20"), "Machine does not spin, error E18.", "does not spin", (1, "16:00"), "mia",
           ("no_spin", "brushes_worn", "brushes_replaced"), (("WM-BRUSH-12", "1"),), 40, "resolved"),
    # Days 2 to 4: Emre and Lena are offline
    Repair("petersen", 0, (1, "10:00"), "The boiler loses pressure every day.", "loses pressure", (2, "09:00"), "emre",
           ("pressure_loss", "vessel_flat", "vessel_charged"), (("HT-SEAL-SET", "1"),), 50),
    Repair("tiedemann", 0, (1, "11:30"), "Tenant in the second floor has cold radiators.", "no heating", (2, "13:00"),
           "emre", ("no_flow", "valve_stuck", "valve_replaced"), (("HT-VALVE-3W", "1"), ("HT-NTC-10", "1")), 80, csat=4,
           channel="email", priority="high"),
    Repair("fischer", 0, (1, "12:40"), "Dishwasher stops in the middle, beeps three times.", "stops", (2, "10:00"),
           "lena", ("no_fill", "flow_meter_dirty", "flow_meter_replaced"), (("DW-FLOW-2", "1"),), 40),
    Repair("krume", 1, (1, "14:00"), "The freezer builds up ice like a glacier.", "ices up", (2, "14:00"), "lena",
           ("ice", "defrost_heater_open", "heater_replaced"), (("RF-HEAT-D", "1"),), 65, priority="high"),
    Repair("morgenrot", 0, (1, "15:20"), "Steam wand does not steam any more.", "no steam", (2, "11:30"), "jonas",
           ("no_steam", "valve_scaled", "valve_replaced"), (("CM-VALVE-3", "1"), ("CM-GASKET", "1")),
           words="Saved our Saturday.", priority="high"),
    Repair("weber", 1, (2, "08:00"), "The dryer turns, but the laundry stays wet.", "stays wet", (2, "15:00"), "jonas",
           ("poor_drying", "condensate_pump_stuck", "pump_replaced"), (("TD-PUMP-C", "1"),)),
    Repair("okafor", 0, (2, "09:30"), "Light is off and it is not really cold.", "not cold", (2, "16:00"), "mia",
           ("no_cooling", "thermostat_defective", "thermostat_replaced"), (("RF-THERM-K59", "1"), ("RF-LED-3", "1")),
           50, channel="web"),
    Repair("arendt", 0, (2, "10:10"), "Medicine fridge alarms at night.", "alarm", (3, "08:00"), "jonas",
           ("unstable_temperature", "sensor_drift", "sensor_replaced"), (("RF-NTC-5", "1"),), 35, priority="urgent"),
    Repair("marchetti", 0, (2, "13:15"), "It trips the fuse as soon as it heats.", "trips the fuse", (3, "13:00"),
           "jonas", ("earth_fault", "heater_leaking", "heater_replaced"), (("WM-HEAT-2000", "1"),), 50, csat=4),
    Repair("krume", 0, (1, "16:30"), "Top heat of the deck oven is dead.", "no top heat", (3, "10:00"), "emre",
           ("no_heat", "grill_element_open", "element_replaced"), (("OV-HEAT-T", "1"),), 60, priority="high"),
    Repair("fischer", 1, (1, "17:00"), "The fridge hums very loudly.", "noise", (3, "15:00"), "lena",
           ("noise", "fan_bearing", "fan_replaced"), (("RF-FAN-12", "1"),), 40, csat=4),
    # The last pump in Mia's van: Lena, offline, uses it at eleven; at two Mia records that she uses it
    Repair("weber", 0, (1, "12:05"), "Water stays in the drum, it smells.", "does not drain", (3, "11:00"), "lena",
           ("no_drain", "pump_blocked", "pump_replaced"), (("WM-DP-220", "1"),), ending="resolved", shelf="mia"),
    Repair("haddad", 0, (2, "14:00"), "It spins again, but now it does not pump.", "does not drain", (3, "14:00"),
           "mia", ("no_drain", "pump_defective", "pump_replaced"), (("WM-DP-220", "1"),), 40, "resolved"),
    # Reassigned to Mia while Emre, offline, does it; cancelled while Lena, offline, does it
    Repair("lehmann", 1, (1, "13:00"), "The dishwasher gets stuck at 'dry'.", "stops", (4, "10:00"), "emre",
           ("no_heat", "heater_open", "heater_replaced"), (("DW-SEAL-D", "1"),), 50, "reassigned"),
    Repair("krause", 0, (1, "09:00"), "The light in the fridge flickers.", "light", (4, "14:00"), "lena",
           ("no_light", "led_defective", "led_replaced"), (("RF-LED-3", "1"),), 20, "cancelled"),
    # Days 4 and 5
    Repair("rossi", 0, (3, "09:00"), "Left front zone of the hob shows E5 and goes off.", "goes off", (4, "09:00"),
           "jonas", ("power_fault", "module_burnt", "module_ordered"), minutes=30, ending="waiting", priority="high"),
    Repair("morgenrot", 1, (3, "16:00"), "The dishwasher smells burnt.", "smells", (4, "12:00"), "mia", minutes=10,
           ending="no_access", priority="high"),
    Repair("spreeblick", 1, (4, "08:30"), "Freezer alarm, minus nine only.", "alarm", (5, "08:00"), "mia",
           ("no_cooling", "fan_iced", "fan_replaced"), (("RF-FAN-12", "1"),), 55, "resolved", priority="urgent"),
    Repair("nguyen", 0, (4, "17:20"), "Same machine as last week: now it leaks at the door.", "leaks again",
           (5, "11:00"), "jonas", ("leak", "seal_torn", "seal_replaced"), (("WM-SEAL-50", "1"),), ending="resolved"),
    Repair("petersen", 1, (4, "12:10"), "Dryer squeaks like a hamster wheel.", "noise", (5, "13:30"), "lena",
           ("noise", "rollers_worn", "rollers_replaced"), (("TD-ROLL-2", "1"), ("TD-BELT-1975", "1")), 50),
    # In the future
    Repair("sonnenhof", 0, (5, "10:20"), "The washing machine for the nappies does not lock.", "does not lock",
           fitter="mia", ending="planned", priority="urgent"),
    Repair("schulte", 0, (5, "14:00"), "Now the detergent flap stays shut.", "flap stuck", (6, "13:00"), "emre",
           ending="planned"),
    Repair("yildiz", 0, (5, "16:40"), "The oven light is out, and could you look at the fan?", "light", ending="new",
           channel="web", priority="low"),
)
# fmt: on
