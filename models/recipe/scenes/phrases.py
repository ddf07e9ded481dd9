"""The words captions are made of: several ways to say each attribute."""

NUMBER = {1: ["one", "a", "a", "a single", "a lone"], 2: ["two"], 3: ["three"], 4: ["four"], 9: ["many"]}
TIME = dict(
    day=["by day", "in daylight", "at noon", "under a blue sky", "in the daytime", "on a bright day"],
    dawn=["at dawn", "at sunrise", "in the early morning", "under a pink sky"],
    dusk=["at dusk", "at sunset", "in the evening", "under an orange sky", "at twilight"],
    night=["at night", "at midnight", "under a night sky", "under the stars", "under a dark sky", "on a starry night"],
)
STYLE_BEFORE = dict(
    poster=["a poster of", "a flat poster of", "an illustration of", "poster art of"],
    painting=["a painting of", "an oil painting of", "oil painting of"],
    watercolor=["a watercolor of", "a watercolour painting of", "watercolor of"],
    ink=["an ink drawing of", "a black and white ink painting of", "ink drawing of", "a sumi ink painting of"],
    photo=["a photo of", "a photorealistic picture of", "a photograph of", "photorealistic"],
)
STYLE_AFTER = dict(
    poster=["poster", "flat colors", "illustration", "minimal poster style"],
    painting=["oil painting", "painting", "painted in oil"],
    watercolor=["watercolor", "watercolour", "soft watercolor"],
    ink=["ink", "ink drawing", "black and white ink", "sumi ink"],
    photo=["photo", "photorealistic", "photograph", "realistic photo"],
)
GROUND = dict(
    sea=["the sea", "the ocean", "the water", "a calm sea", "a blue sea"],
    green=["a green field", "a meadow", "a green meadow", "green grass", "the grass"],
    golden=["a golden field", "a wheat field", "a yellow field", "golden wheat"],
    flowers=["a field of red flowers", "a poppy field", "a flower field", "red poppies"],
    lavender=["a lavender field", "a purple field", "a field of lavender"],
    desert=["the desert", "a sandy desert", "sand dunes", "the sand"],
    snow=["the snow", "a snowy field", "a white winter field", "snow in winter"],
)
CROWD = ["a crowd of people", "a crowd", "many people", "a large crowd", "a group of people"]
PERSON = ["a person", "one person", "a lone figure", "a man", "a woman", "a person standing"]
LIGHTHOUSE = ["a lighthouse", "a red and white lighthouse", "a tall lighthouse"]
CITY = ["a city skyline", "a city", "a big city", "tall buildings", "skyscrapers"]
FOREST = ["a forest", "a pine forest", "pine trees", "dark woods"]
BIRDS = ["birds", "a flock of birds", "birds in the sky"]
CLOUDS = ["clouds", "white clouds", "a cloudy sky"]
